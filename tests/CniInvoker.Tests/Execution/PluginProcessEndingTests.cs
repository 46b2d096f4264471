using System.Diagnostics;

namespace CniInvoker.Tests.Execution;

/// <summary>Runs that must be terminated. The upper time limits are generous: they distinguish a hang from a slow machine.</summary>
public sealed class PluginProcessEndingTests : IDisposable
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(10);

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(32, "timeout-grandchild", Libcni = "kills the plugin alone, and returns when the last process that holds its stdout ends",
        Ours = "returns at the deadline, and terminates everything that the plugin started")]
    public async Task A_deadline_terminates_the_plugin_and_everything_it_started()
    {
        _plugins.WithScript(
            "hanging",
            $"echo $$ > '{_plugins.Record("child")}'; sleep 100 & echo $! > '{_plugins.Record(
                "grandchild")}'; echo partial; echo waiting >&2; wait");

        var (output, elapsed) = await TimeAsync("hanging", deadline: TimeSpan.FromMilliseconds(500));

        output.Should().BeEquivalentTo(new { TimedOut = true, Stderr = "waiting\n" });
        elapsed.Should().BeLessThan(Generous);
        ProcessTable.IsAlive(_plugins.ReadProcess("child")).Should().BeFalse();
        ProcessTable.IsAlive(_plugins.ReadProcess("grandchild")).Should().BeFalse();
    }

    [Fact]
    [Case(32, "timeout-grandchild")]
    public async Task Processes_that_ignore_SIGTERM_are_killed_after_the_grace()
    {
        _plugins.WithScript(
            "stubborn",
            $"trap '' TERM; echo $$ > '{_plugins.Record("child")}'; (while :; do sleep 1; done) & echo $! > '{_plugins.Record(
                "grandchild")}'; while :; do sleep 1; done");

        var (output, elapsed) =
            await TimeAsync("stubborn", deadline: TimeSpan.FromMilliseconds(300), grace: TimeSpan.FromMilliseconds(300));

        output.Should().BeEquivalentTo(new { TimedOut = true, Signal = 9 });
        elapsed.Should().BeLessThan(Generous);
        ProcessTable.IsAlive(_plugins.ReadProcess("child")).Should().BeFalse();
        ProcessTable.IsAlive(_plugins.ReadProcess("grandchild")).Should().BeFalse();
    }

    [Fact]
    public async Task A_plugin_may_clean_up_during_the_grace()
    {
        _plugins.WithScript("cleaning", $"trap 'sleep 0.2; touch \"{_plugins.Record("cleaned")}\"; exit 0' TERM; sleep 100 & wait");

        var (output, _) = await TimeAsync("cleaning", deadline: TimeSpan.FromMilliseconds(300), grace: TimeSpan.FromSeconds(5));

        output.TimedOut.Should().BeTrue();
        File.Exists(_plugins.Record("cleaned")).Should().BeTrue();
    }

    [Fact]
    public async Task A_grandchild_has_the_grace_too_even_without_its_parent()
    {
        _plugins.WithScript(
            "delegating", $"(trap 'sleep 0.2; touch \"{_plugins.Record("cleaned")}\"; exit 0' TERM; sleep 100 & wait) & sleep 100");

        var (output, _) = await TimeAsync("delegating", deadline: TimeSpan.FromMilliseconds(300), grace: TimeSpan.FromSeconds(5));

        output.TimedOut.Should().BeTrue();
        File.Exists(_plugins.Record("cleaned")).Should().BeTrue();
    }

    [Fact]
    [Case(33, "daemonised-child", Libcni = "waits until the child ends", Ours = "returns the result at once, and the child keeps running")]
    public async Task A_process_that_a_successful_plugin_leaves_keeps_running_and_delays_nothing()
    {
        _plugins.WithScript("daemonising", $"sleep 30 & echo $! > '{_plugins.Record("daemon")}'; echo result");

        var (output, elapsed) = await TimeAsync("daemonising", deadline: TimeSpan.FromSeconds(25));

        output.Should().BeEquivalentTo(new { ExitCode = 0, TimedOut = false });
        output.Stdout.Length.Should().Be("result\n".Length);
        elapsed.Should().BeLessThan(Generous);
        var daemon = _plugins.ReadProcess("daemon");
        ProcessTable.IsAlive(daemon).Should().BeTrue();
        using var process = Process.GetProcessById(daemon);
        process.Kill();
    }

    [Theory]
    [InlineData("(sleep 1; echo '{\"ips\":[]}') &", "{\"ips\":[]}\n")]
    [InlineData("(sleep 1; echo ' 1}') & printf '{\"mtu\":'", "{\"mtu\": 1}\n")]
    [Case(33, "daemonised-child")]
    public async Task A_result_that_a_child_prints_after_the_plugins_end_is_read(string script, string printed)
    {
        _plugins.WithScript("late", script);

        var (output, _) = await TimeAsync("late", deadline: TimeSpan.FromSeconds(50));

        System.Text.Encoding.UTF8.GetString(output.Stdout.Span).Should().Be(printed);
    }

    [Fact]
    [Case(33, "daemonised-child")]
    public async Task An_error_that_a_child_prints_after_the_plugins_failure_is_read()
    {
        _plugins.WithScript("late", "(sleep 1; echo '{\"code\":11}') & exit 1");

        var (output, _) = await TimeAsync("late", deadline: TimeSpan.FromSeconds(50));

        output.ExitCode.Should().Be(1);
        System.Text.Encoding.UTF8.GetString(output.Stdout.Span).Should().Be("{\"code\":11}\n");
    }

    [Fact]
    [Case(33, "daemonised-child")]
    public async Task A_child_that_holds_stdout_without_a_result_is_terminated_at_the_deadline()
    {
        _plugins.WithScript("silent", $"sleep 100 & echo $! > '{_plugins.Record("left")}'");

        var (output, _) = await TimeAsync("silent", deadline: TimeSpan.FromSeconds(1));

        output.TimedOut.Should().BeTrue();
        ProcessTable.IsAlive(_plugins.ReadProcess("left")).Should().BeFalse();
    }

    [Fact]
    public async Task A_plugin_that_fails_leaves_nothing_running()
    {
        _plugins.WithScript("failing", $"sleep 30 & echo $! > '{_plugins.Record("left")}'; exit 1");

        var (output, elapsed) = await TimeAsync("failing", deadline: TimeSpan.FromSeconds(25));

        output.ExitCode.Should().Be(1);
        elapsed.Should().BeLessThan(Generous);
        ProcessTable.IsAlive(_plugins.ReadProcess("left")).Should().BeFalse();
    }

    [Fact]
    [Case(32, "timeout-grandchild")]
    public async Task A_process_outside_the_group_that_holds_the_pipes_delays_nothing()
    {
        _plugins.WithScript("escaping", $"setsid sleep 30 & echo $! > '{_plugins.Record("daemon")}'; sleep 100");

        var (output, elapsed) =
            await TimeAsync("escaping", deadline: TimeSpan.FromMilliseconds(500), grace: TimeSpan.FromMilliseconds(200));

        output.TimedOut.Should().BeTrue();
        elapsed.Should().BeLessThan(Generous);
        using var process = Process.GetProcessById(_plugins.ReadProcess("daemon"));
        process.Kill();
    }

    [Fact]
    public async Task A_cancellation_terminates_the_plugin_and_everything_it_started()
    {
        _plugins.WithScript(
            "hanging", $"echo $$ > '{_plugins.Record("child")}'; sleep 100 & echo $! > '{_plugins.Record("grandchild")}'; wait");
        using var cancellation = new CancellationTokenSource();
        var run =
            new PluginProcess(TimeProvider.System).ExecuteAsync(
                _plugins.Request("hanging", deadline: TimeSpan.FromSeconds(50)), cancellation.Token);
        await Eventually.TrueAsync(
            () => File.Exists(_plugins.Record("grandchild")) && File.ReadAllText(_plugins.Record("grandchild")).EndsWith('\n'),
            "the grandchild runs");

        await cancellation.CancelAsync();

        (await run.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(
            cancellation.Token);
        ProcessTable.IsAlive(_plugins.ReadProcess("child")).Should().BeFalse();
        ProcessTable.IsAlive(_plugins.ReadProcess("grandchild")).Should().BeFalse();
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_starts_nothing()
    {
        _plugins.WithScript("started", $"touch '{_plugins.Record("started")}'");

        var run =
            () => new PluginProcess(TimeProvider.System).ExecuteAsync(_plugins.Request("started"), new CancellationToken(canceled: true));

        await run.Should().ThrowAsync<OperationCanceledException>();
        File.Exists(_plugins.Record("started")).Should().BeFalse();
    }

    [Fact]
    public async Task A_plugin_that_survives_SIGKILL_does_not_block_its_caller_and_is_reaped_later()
    {
        Assert.SkipUnless(Freezer.IsAvailable, "There is no writable cgroup v1 freezer.");
        using var freezer = new Freezer();
        _plugins.WithScript(
            "frozen", $"echo $$ > '{_plugins.Record("child")}'; echo $$ > {freezer.Members}; echo FROZEN > {freezer.State}; sleep 100");

        var (output, elapsed) = await TimeAsync("frozen", deadline: TimeSpan.FromMilliseconds(300), grace: TimeSpan.FromMilliseconds(200));
        var process = _plugins.ReadProcess("child");
        var outlivedIt = Directory.Exists($"/proc/{process}");
        freezer.Thaw();

        output.TimedOut.Should().BeTrue();
        elapsed.Should().BeLessThan(Generous);
        outlivedIt.Should().BeTrue("the kernel does not end what is frozen");
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{process}"), "it is ended and reaped");
    }

    private async Task<(PluginOutput Output, TimeSpan Elapsed)> TimeAsync(string type, TimeSpan deadline, TimeSpan? grace = null)
    {
        var clock = Stopwatch.StartNew();
        var output =
            await new PluginProcess(TimeProvider.System).ExecuteAsync(
                _plugins.Request(type, deadline: deadline, grace: grace), Cancellation);
        return (output, clock.Elapsed);
    }
}
