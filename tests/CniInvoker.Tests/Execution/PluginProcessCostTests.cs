namespace CniInvoker.Tests.Execution;

/// <summary>The processes and threads of a plugin's run.</summary>
[Collection(Alone.Name)]
public sealed class PluginProcessCostTests : IDisposable
{
    private const int Runs = 20;

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_run_is_one_process_and_one_thread()
    {
        _plugins.WithScript(
            "waiting",
            $"echo $$ > '{_plugins.Record("unfinished")}' && mv '{_plugins.Record("unfinished")}' '{_plugins.Record(
                "pid")}'; while [ ! -e '{_plugins.Record("go")}' ]; do sleep 0.01; done");
        var before = ProcessTable.Children();

        var run = ExecuteAsync("waiting");
        await Eventually.FileAsync(_plugins.Record("pid"));
        var started = ProcessTable.Children().Except(before).ToArray();
        var threads = ProcessTable.ThreadNames().Count(name => name == "CNI waiting");
        await File.WriteAllTextAsync(_plugins.Record("go"), "", Cancellation);

        (await run).ExitCode.Should().Be(0);
        started.Should().Equal(_plugins.ReadProcess("pid"));
        threads.Should().Be(1);
    }

    [Fact]
    public async Task After_many_runs_each_has_started_its_plugin_once_and_neither_process_nor_thread_is_left()
    {
        _plugins.WithScript("counted", $"cat > /dev/null; echo $PPID >> '{_plugins.Record("parents")}'");
        var before = ProcessTable.Children();

        for (var run = 0; run < Runs; run++)
            (await ExecuteAsync("counted")).ExitCode.Should().Be(0);

        (await File.ReadAllLinesAsync(_plugins.Record("parents"), Cancellation)).Should().HaveCount(Runs).And.AllBe(
            $"{Environment.ProcessId}");
        ProcessTable.Children().Except(before).Should().BeEmpty();
        await Eventually.TrueAsync(() => !ProcessTable.ThreadNames().Contains("CNI counted"), "the last run's thread has ended");
    }

    private Task<PluginOutput> ExecuteAsync(string type) =>
        new PluginProcess(TimeProvider.System).ExecuteAsync(_plugins.Request(type), Cancellation);
}
