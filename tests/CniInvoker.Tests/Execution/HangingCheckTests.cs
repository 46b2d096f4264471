namespace CniInvoker.Tests.Execution;

/// <summary>
/// The stock dhcp plugin (since 1.7) never returns from the second CHECK of an interface that has left its namespace.
/// </summary>
[Collection(Alone.Name)]
public sealed class HangingCheckTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(54, "dhcp-hang", Libcni = "waits indefinitely",
        Ours = "the deadline terminates it with the plugin that delegated to it, and DEL works as usual")]
    public async Task A_second_CHECK_that_hangs_in_the_IPAM_plugin_ends_at_the_deadline_and_leaves_no_thread()
    {
        _plugins.With(
            "leases",
            check: $"echo $$ > '{_plugins.Record("leases.pid")}'; [ -e '{_plugins.Record(
                "checked")}' ] && sleep 100; touch '{_plugins.Record("checked")}'")
            .With("main", check: $"\"$CNI_PATH/leases\" < '{_plugins.Record("main.CHECK.stdin")}'");
        var network = ScriptedPlugins.Network("""{"type":"main","ipam":{"type":"leases"}}""");
        var runtime =
            _plugins.Runtime(new CniDeadlines { Check = TimeSpan.FromSeconds(2), TerminationGrace = TimeSpan.FromMilliseconds(200) });
        await runtime.CheckAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        await Eventually.TrueAsync(() => PluginThreads() == 0, "the thread of the first run has ended");

        var again = runtime.CheckAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        await Eventually.TrueAsync(() => PluginThreads() > 0, "the run has a thread");

        (await again.Awaiting(task => task).Should().ThrowAsync<CniException>()).Which.Should().BeEquivalentTo(
            new { Plugin = "main", TimedOut = true });
        ProcessTable.IsAlive(_plugins.ReadProcess("leases.pid")).Should().BeFalse();
        await Eventually.TrueAsync(() => PluginThreads() == 0, "the thread of the run has ended");
        await runtime.DeleteAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        _plugins.Runs.Should().Equal("CHECK main", "CHECK leases", "CHECK main", "CHECK leases", "DEL main");
    }

    private static int PluginThreads() => ProcessTable.ThreadNames().Count(name => name.StartsWith("CNI ", StringComparison.Ordinal));
}
