using Bridge.Adapter.Ui.Server;
using Microsoft.AspNetCore.Http;

namespace Bridge.Adapter.Tests.Ui;

public sealed class AccessTests
{
    private readonly Access _access = new();

    [Theory]
    [InlineData("Bearer TOKEN", true)]
    [InlineData("bearer TOKEN", true)]
    [InlineData("Bearer  TOKEN", false)]
    [InlineData("Bearer TOKENx", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic TOKEN", false)]
    [InlineData("TOKEN", false)]
    [InlineData("", false)]
    public void The_token_counts_as_the_page_sends_it(string header, bool isRight)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = header.Replace("TOKEN", _access.Token.Text, StringComparison.Ordinal);

        _access.HasToken(context).Should().Be(isRight);
    }

    [Fact]
    public void The_token_of_another_run_is_none()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = $"Bearer {new Access().Token.Text}";

        _access.HasToken(context).Should().BeFalse();
        _access.HasToken(new DefaultHttpContext()).Should().BeFalse();
    }
}
