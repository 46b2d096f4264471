namespace CniInvoker.Tests.Execution;

/// <summary>ADD of plugins with very large output.</summary>
public sealed class LargeOutputTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(37, "big-stdout")]
    public async Task A_result_after_eight_mebibytes_of_white_space_is_read()
    {
        _plugins.With("talkative", add: $"head -c 8388608 /dev/zero | tr '\\0' ' '; {ScriptedPlugins.Result("10.1.0.7/16")}");

        (await AddAsync("talkative")).Ips.Single().Address.ToString().Should().Be("10.1.0.7");
    }

    [Fact]
    [Case(37, "big-stdout")]
    public async Task Endless_stdout_fails_the_ADD_and_DEL_runs()
    {
        _plugins.With("endless", add: $"echo $$ > '{_plugins.Record("pid")}'; exec yes");

        var add = () => AddAsync("endless");

        (await add.Should().ThrowAsync<CniException>()).Which.Msg.Should().Be(
            "it wrote more than 16777216 bytes to stdout and was terminated");
        ProcessTable.IsAlive(_plugins.ReadProcess("pid")).Should().BeFalse();
        _plugins.Runs.Should().Equal("ADD endless", "DEL endless");
    }

    private Task<CniResult> AddAsync(string type) =>
        _plugins.Runtime().AddAsync(ScriptedPlugins.NetworkOf(type), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
}
