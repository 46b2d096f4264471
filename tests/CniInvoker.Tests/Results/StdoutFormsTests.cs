namespace CniInvoker.Tests.Results;

/// <summary>Stdout that is neither a result of the network's version nor an error object.</summary>
public sealed class StdoutFormsTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Theory]
    [InlineData("""{"cniVersion":"0.1.0","ip4":{"ip":"10.1.0.2/16"}}""")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.2/16"}}""")]
    [InlineData("""{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.1.0.2/16"}]}""")]
    [InlineData("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.2/16"}]}""")]
    [InlineData("""{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.2/16"}]}""")]
    [InlineData(""" {"ips":[{"address":"10.1.0.2/16"}]}  """)]
    [Case(28, "stdout forms")]
    [Spec("result-version")]
    public async Task A_result_of_any_version_is_converted_to_the_networks_version(string printed)
    {
        _plugins.With("first", add: ScriptedPlugins.Print(printed));

        var result = await AddAsync();

        result.CniVersion.Should().Be("1.0.0");
        result.Ips.Single().Address.ToString().Should().Be("10.1.0.2");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"cniVersion\":\"1.0.0\"}{}")]
    [InlineData("{\"cniVersion\":\"1.0.0\"")]
    [Case(28, "stdout forms")]
    [Spec("add-prints-result")]
    [Spec("result-printed")]
    public async Task Stdout_that_is_not_a_result_fails_the_ADD_and_DEL_runs(string printed)
    {
        _plugins.With("first", add: ScriptedPlugins.Print(printed));

        var add = AddAsync;

        (await add.Should().ThrowAsync<CniException>()).Which.Code.Should().Be(CniErrorCode.DecodingFailure);
        _plugins.Runs.Should().Equal("ADD first", "DEL first");
    }

    private Task<CniResult> AddAsync() =>
        _plugins.Runtime().AddAsync(ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
}
