namespace CniInvoker.Tests.Execution;

[Collection(Alone.Name)]
public sealed class PluginProcessLeakTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task Two_hundred_runs_of_every_kind_leave_no_file_no_zombie_and_no_thread()
    {
        _plugins.WithScript("good", "cat > /dev/null; echo '{}'").WithScript("bad", "exit 1").WithScript("slow", "sleep 10").WithScript(
            "broken", "");
        await File.WriteAllTextAsync(Path.Combine(_plugins.Directory, "broken"), "no program", Cancellation);
        await RunSomeAsync(20);
        var files = ProcessTable.OpenFiles();
        var threads = ProcessTable.Threads();

        await RunSomeAsync(200);

        ProcessTable.ZombieChildren().Should().BeEmpty();
        await Eventually.TrueAsync(
            () => ProcessTable.OpenFiles() <= files && ProcessTable.Threads() <= threads + 4, $"open files are back at {files}");
    }

    [Fact]
    public async Task A_run_that_reaches_the_file_limit_at_any_point_fails_and_leaks_nothing()
    {
        _plugins.WithScript("good", "cat > /dev/null; echo '{}'");
        var process = new PluginProcess(TimeProvider.System);
        await process.Awaiting(warm => warm.ExecuteAsync(_plugins.Request("absent"), Cancellation)).Should().ThrowAsync<CniException>();
        var files = ProcessTable.OpenFiles();
        var failures = new List<string>();
        for (var spare = 0; spare < 10; spare++)
        {
            using var limit = FileLimit.ToSpare(spare);
            try
            {
                await process.ExecuteAsync(_plugins.Request("good"), Cancellation);
            }
            catch (CniException failure)
            {
                failures.Add(failure.Msg);
            }
        }

        failures.Should().NotBeEmpty().And.AllSatisfy(
            msg => msg.Should().MatchRegex("could not run: ((could not [^:]+: Too many open files)|no thread can be started)"));
        ProcessTable.ZombieChildren().Should().BeEmpty();
        await Eventually.TrueAsync(() => ProcessTable.OpenFiles() <= files, $"open files are back at {files}");
        (await process.ExecuteAsync(_plugins.Request("good"), Cancellation)).ExitCode.Should().Be(0);
    }

    private async Task RunSomeAsync(int count)
    {
        var process = new PluginProcess(TimeProvider.System);
        for (var i = 0; i < count; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var type = new[] { "good", "good", "bad", "slow", "broken" }[i % 5];
            var deadline = TimeSpan.FromMilliseconds(type == "slow" ? 20 : 10_000);
            var run = process.ExecuteAsync(_plugins.Request(type, deadline: deadline), cancellation.Token);
            if (i % 7 == 0)
                await cancellation.CancelAsync();

            await run.ContinueWith(_ => { }, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
