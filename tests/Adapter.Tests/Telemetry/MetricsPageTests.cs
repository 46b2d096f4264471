using System.Text.RegularExpressions;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.History;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>What a collector reads.</summary>
public sealed partial class MetricsPageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metrics-").FullName;
    private readonly AdapterMetrics _metrics = new(new LogQueue(0, _ => ""));
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeSeconds(1_764_460_800));
    private readonly Journal _journal;
    private readonly MetricsPage _page;

    private static HistoryLog NoHistory => new(new AdapterSettings { History = new HistorySettings { Size = 0 } }, TimeProvider.System);

    public MetricsPageTests()
    {
        _journal = new Journal(_directory, Path.Combine(_directory, "records"));
        _journal.Load();
        _page = new MetricsPage(_metrics);
        _ = (new JournalMetrics(_metrics, _journal, _clock), new KnownFindings(_metrics, NoHistory, new LogLines<KnownFindings>()));
    }

    public void Dispose()
    {
        _page.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Calls_are_counted_and_their_duration_falls_into_every_bucket_that_holds_it()
    {
        _metrics.Answered("NetworkDriver.Join", TimeSpan.FromMilliseconds(50));
        _metrics.Answered("NetworkDriver.Join", TimeSpan.FromSeconds(90));
        _metrics.Refused("NetworkDriver.Join", TimeSpan.FromSeconds(1));

        Lines().Should().Contain([
            "# TYPE cnm_cni_calls_total counter",
            "cnm_cni_calls_total{method=\"NetworkDriver.Join\",outcome=\"answered\"} 2",
            "cnm_cni_calls_total{method=\"NetworkDriver.Join\",outcome=\"refused\"} 1",
            "# TYPE cnm_cni_call_duration_seconds histogram",
            "cnm_cni_call_duration_seconds_bucket{method=\"NetworkDriver.Join\",le=\"0.025\"} 0",
            "cnm_cni_call_duration_seconds_bucket{method=\"NetworkDriver.Join\",le=\"0.05\"} 1",
            "cnm_cni_call_duration_seconds_bucket{method=\"NetworkDriver.Join\",le=\"60\"} 2",
            "cnm_cni_call_duration_seconds_bucket{method=\"NetworkDriver.Join\",le=\"+Inf\"} 3",
            "cnm_cni_call_duration_seconds_count{method=\"NetworkDriver.Join\"} 3",
            "cnm_cni_call_duration_seconds_sum{method=\"NetworkDriver.Join\"} 91.05"]);
    }

    [Fact]
    public void The_records_of_the_journal_are_counted_when_the_page_is_read_and_none_is_zero()
    {
        _journal.Attachments.Bring(Records.Joined("e1"));
        _journal.Attachments.Bring(Records.Joined("e2") with { Phase = AttachmentPhase.Deleting, CleanupAttempts = 3 });
        Lines().Should().Contain([
            "cnm_cni_attachments{phase=\"joined\"} 1",
            "cnm_cni_attachments{phase=\"deleting\"} 1",
            "cnm_cni_reservations{phase=\"reserved\"} 0",
            "cnm_cni_pending_cleanups 1",
            "cnm_cni_pending_cleanup_attempts 3",
            "cnm_cni_findings_left{kind=\"contested-address\"} 0",
            "cnm_cni_up 1"]);

        _journal.Attachments.Remove("e2");

        Lines().Should().Contain(["cnm_cni_attachments{phase=\"deleting\"} 0", "cnm_cni_pending_cleanups 0"]);
    }

    [Fact]
    public void The_time_of_the_start_does_not_move_with_the_clock()
    {
        _clock.Advance(TimeSpan.FromMinutes(5));

        Lines().Should().Contain("cnm_cni_start_time_seconds 1764460800");
    }

    [Fact]
    public void Records_that_could_not_be_written_are_counted()
    {
        Directory.Delete(Path.Combine(_directory, "attachments"));
        File.WriteAllText(Path.Combine(_directory, "attachments"), "in the way");

        var write = () => _journal.Attachments.Bring(Records.Joined("e1"));

        write.Should().Throw<JournalException>();
        Lines().Should().Contain("cnm_cni_journal_write_failures_total 1");
    }

    [Fact]
    public void No_name_of_a_plugin_breaks_the_format()
    {
        _metrics.PluginEnded("odd\"\\\nplugin", "ADD", "success", TimeSpan.Zero);

        Lines().Should().Contain("""cnm_cni_plugin_runs_total{plugin="odd\"\\\nplugin",verb="ADD",outcome="success"} 1""").And.OnlyContain(
            line => Line().IsMatch(line));
    }

    [Fact]
    public async Task The_daemon_serves_the_page_on_its_socket()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        await using var daemon = await ServingDaemon.StartAsync();
        await daemon.PostAsync("Plugin.Activate", "");
        await daemon.PostAsync("NetworkDriver.Join", "");

        Cancellation.ThrowIfCancellationRequested();
        var lines = (await daemon.GetAsync("metrics")).TrimEnd().Split('\n');

        lines.Should().OnlyContain(line => Line().IsMatch(line)).And.Contain([
            "cnm_cni_calls_total{method=\"Plugin.Activate\",outcome=\"answered\"} 1",
            "cnm_cni_calls_total{method=\"NetworkDriver.Join\",outcome=\"refused\"} 1"]);
    }

    private string[] Lines() => _page.Write().TrimEnd().Split('\n');

    // As the format's description has it.
    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [0-9.eE+-]+)$""")]
    private static partial Regex Line();
}
