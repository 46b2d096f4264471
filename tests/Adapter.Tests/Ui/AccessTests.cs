using Bridge.Adapter.Ui.Server;
using Microsoft.AspNetCore.Http;

namespace Bridge.Adapter.Tests.Ui;

public sealed class AccessTests
{
    [Fact]
    public void Machines_that_ssh_makes_one_host_of_the_browser_do_not_take_each_others_cookie()
    {
        Access[] machines = [new Access("node-1", 8399), new Access("node-2", 8399), new Access("node-1", 8400), new Access("Ä; b", 1)];

        var cookies = machines.Select(SetCookie).ToArray();

        cookies.Select(cookie => cookie.Split('=')[0]).Should().OnlyHaveUniqueItems().And.AllSatisfy(
            name => name.Should().MatchRegex("^[A-Za-z0-9%.-]+$"));
        var browser = new DefaultHttpContext { Request = { Headers = { Cookie = string.Join("; ", cookies) } } };
        machines.Should().AllSatisfy(machine => machine.HasCookie(browser).Should().BeTrue());
    }

    private static string SetCookie(Access machine)
    {
        var context = new DefaultHttpContext();
        machine.SetCookie(context.Response);
        return $"{context.Response.Headers.SetCookie}".Split(';')[0];
    }
}
