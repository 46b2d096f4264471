using Microsoft.Extensions.Time.Testing;

namespace CniInvoker.Tests;

public sealed class CniRuntimeCleanupTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(25, "add-fail-mid", Libcni = "returns the error and leaves what has run",
        Ours = "DEL of the whole list in reverse, with the last good result; the error and its code stay unchanged")]
    [Spec("del-after-failed-add", Libcni = "leaves it to its caller", Ours = "it runs at once, and under a deadline of its own")]
    [Spec("add-stops")]
    [Spec("ifname-unusable", Libcni = "returns the error and leaves what has run", Ours = "DEL of the whole list runs")]
    public async Task A_failed_ADD_is_followed_by_DEL_of_the_whole_list_in_reverse_with_the_last_good_result()
    {
        _plugins.With("first", add: ScriptedPlugins.Result("10.1.0.7/16")).With("second", add: ScriptedPlugins.Fail(11, "busy")).With(
            "third");

        var failure = await FailToAddAsync(_plugins.Runtime(), "first", "second", "third");

        failure.Code.Should().Be(CniErrorCode.TryAgainLater);
        failure.IsTransient.Should().BeTrue();
        failure.CleanupFailure.Should().BeNull();
        failure.Message.Should().Be("CNI network \"pods\": plugin \"second\" failed ADD: busy (code 11).");
        _plugins.Runs.Should().Equal("ADD first", "ADD second", "DEL third", "DEL second", "DEL first");
        _plugins.Stdin("third", "DEL")["prevResult"]!["ips"]![0]!["address"]!.GetValue<string>().Should().Be("10.1.0.7/16");
    }

    [Fact]
    public async Task When_the_first_plugin_fails_DEL_has_no_previous_result()
    {
        _plugins.With("first", add: ScriptedPlugins.Fail(100, "no"));

        await FailToAddAsync(_plugins.Runtime(), "first");

        _plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().BeFalse();
    }

    [Fact]
    [Case(26, "add-fail-del-fail", Libcni = "runs no DEL", Ours = "the caller gets both failures, and must repeat DEL")]
    public async Task When_that_DEL_fails_too_both_failures_are_reported()
    {
        _plugins.With("first").With("second", add: ScriptedPlugins.Fail(11, "busy"), delete: ScriptedPlugins.Fail(5, "disk full"));

        var failure = await FailToAddAsync(_plugins.Runtime(), "first", "second");

        failure.Code.Should().Be(11);
        failure.CleanupFailure!.Code.Should().Be(5);
        failure.Message.Should().Be(
            "CNI network \"pods\": plugin \"second\" failed ADD: busy (code 11). The clean-up failed too: CNI network \"pods\": plugin " +
            "\"second\" failed DEL: disk full (code 5).");
        _plugins.Runs.Should().Equal("ADD first", "ADD second", "DEL second");
    }

    [Fact]
    [Case(28, "stdout forms")]
    [Spec("add-prints-result", Libcni = "fails the ADD and leaves what has run", Ours = "DEL of the whole list runs")]
    [Spec("result-object", Libcni = "fails the ADD and leaves what has run", Ours = "DEL of the whole list runs")]
    [Spec("result-printed")]
    public async Task An_invalid_result_fails_ADD_and_DEL_runs()
    {
        _plugins.With("first").With("second", add: "echo nonsense");

        var failure = await FailToAddAsync(_plugins.Runtime(), "first", "second");

        failure.Code.Should().Be(CniErrorCode.DecodingFailure);
        _plugins.Runs.Should().Equal("ADD first", "ADD second", "DEL second", "DEL first");
    }

    [Fact]
    [Case(34, "expired-deadline-del", Libcni = "a DEL under the caller's expired context is not run",
        Ours = "DEL has a deadline of its own, and no cancellation cuts it short")]
    [Spec("del-after-failed-add")]
    public async Task An_ADD_past_its_deadline_is_cleaned_up_with_a_new_deadline()
    {
        _plugins.With("first", add: "sleep 100", delete: $"sleep 1; touch '{_plugins.Record("deleted")}'");

        var failure = await FailToAddAsync(_plugins.Runtime(new CniDeadlines { Add = TimeSpan.FromMilliseconds(300) }), "first");

        failure.TimedOut.Should().BeTrue();
        failure.IsTransient.Should().BeTrue();
        failure.CleanupFailure.Should().BeNull();
        failure.Message.Should().Be(
            "CNI network \"pods\": plugin \"first\" failed ADD: it did not finish within the operation's 0.3 s and was terminated.");
        File.Exists(_plugins.Record("deleted")).Should().BeTrue();
    }

    [Fact]
    [Case(34, "expired-deadline-del")]
    [Spec("del-after-failed-add")]
    public async Task A_cancelled_ADD_is_cleaned_up_although_its_token_is_cancelled()
    {
        _plugins.With("first", add: $"touch '{_plugins.Record("started")}'; sleep 100");
        using var cancellation = new CancellationTokenSource();
        var add =
            _plugins.Runtime().AddAsync(
                ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, cancellation.Token);
        await Eventually.FileAsync(_plugins.Record("started"));

        await cancellation.CancelAsync();

        await add.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        _plugins.Runs.Should().Equal("ADD first", "DEL first");
    }

    [Fact]
    public async Task A_cancelled_ADD_with_a_failed_clean_up_reports_both()
    {
        _plugins.With("first", add: $"touch '{_plugins.Record("started")}'; sleep 100", delete: ScriptedPlugins.Fail(5, "disk full"));
        using var cancellation = new CancellationTokenSource();
        var add =
            _plugins.Runtime().AddAsync(
                ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, cancellation.Token);
        await Eventually.FileAsync(_plugins.Record("started"));

        await cancellation.CancelAsync();

        (await add.Awaiting(task => task).Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            "CNI network \"pods\": ADD failed: it was cancelled. The clean-up failed too: CNI network \"pods\": plugin \"first\" failed " +
            "DEL: disk full (code 5).");
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_runs_nothing()
    {
        _plugins.With("first");

        var add = () => _plugins.Runtime().AddAsync(
            ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, new CancellationToken(canceled: true));

        await add.Should().ThrowAsync<OperationCanceledException>();
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    public async Task Plugins_share_the_time_of_an_operation()
    {
        _plugins.With("first").With("second");
        var time = new FakeTimeProvider();
        var slow = new SlowExecutor(time, TimeSpan.FromSeconds(10));
        var runtime =
            new CniRuntime(
                slow, _plugins.PluginPath, new CniDeadlines { Add = TimeSpan.FromSeconds(15), Delete = TimeSpan.FromSeconds(40) }, time);

        await runtime.AddAsync(
            ScriptedPlugins.NetworkOf("first", "second"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        await runtime.DeleteAsync(
            ScriptedPlugins.NetworkOf("first", "second"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        slow.Deadlines.Should().Equal(
            TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_plugin_does_not_start_when_the_time_is_used_up()
    {
        _plugins.With("first").With("second");
        var time = new FakeTimeProvider();
        var slow = new SlowExecutor(time, TimeSpan.FromSeconds(10));
        var runtime =
            new CniRuntime(
                slow, _plugins.PluginPath, new CniDeadlines { Add = TimeSpan.FromSeconds(10), Delete = TimeSpan.FromSeconds(60) }, time);

        var failure = await FailToAddAsync(runtime, "first", "second");

        failure.TimedOut.Should().BeTrue();
        failure.Message.Should().Be(
            "CNI network \"pods\": plugin \"second\" failed ADD: the operation's 10 s were over before it started.");
        slow.Deadlines.Should().Equal(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(50));
    }

    private static async Task<CniException> FailToAddAsync(CniRuntime runtime, params string[] types)
    {
        var add =
            () => runtime.AddAsync(
                ScriptedPlugins.NetworkOf(types), ScriptedPlugins.Attachment(), previousResult: null, CancellationToken.None);
        return (await add.Should().ThrowAsync<CniException>()).Which;
    }

    private sealed class SlowExecutor(FakeTimeProvider time, TimeSpan duration) : IPluginExecutor
    {
        public List<TimeSpan> Deadlines { get; } = [];

        public Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
        {
            if (request.Operation != CniOperation.Version)
            {
                Deadlines.Add(request.Deadline);
                time.Advance(duration);
            }

            return Task.FromResult(
                new PluginOutput { ExitCode = 0, Signal = 0, TimedOut = false, Stdout = "null"u8.ToArray(), Stderr = "",
                    Duration = duration });
        }
    }
}
