using System.Diagnostics.Metrics;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// Puts back what attachments of running containers have lost on the host: flushed firewall rules, a deleted bridge. One pass at a time.
/// What is still there is left as it is.
/// </summary>
internal sealed class Reloader : IDisposable
{
    private const string Replaced = "a warm attachment: a new one takes its place";

    private readonly Journal _journal;
    private readonly AttachmentGates _gates;
    private readonly HostInspection _inspection;
    private readonly Restoration _restoration;
    private readonly WarmPool _pool;
    private readonly WarmRelease _release;
    private readonly KnownFindings _known;
    private readonly RepairSignal _repair;
    private readonly ILogger<Reloader> _logger;
    private readonly Counter<long> _restored;
    private readonly Counter<long> _failed;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _isPuttingBack;
    private long _reloads;

    // Guarded by _turn. By endpoint, the failure that was last logged: an automatic reload meets it again and again.
    private readonly Dictionary<string, string> _loggedFailures = new(StringComparer.Ordinal);

    public Reloader(
        Journal journal, AttachmentGates gates, HostInspection inspection, Restoration restoration, WarmPool pool, WarmRelease release,
        KnownFindings known, RepairSignal repair, AdapterMetrics metrics, ILogger<Reloader> logger)
    {
        (_journal, _gates, _inspection, _restoration, _pool, _release, _known, _repair, _logger) =
            (journal, gates, inspection, restoration, pool, release, known, repair, logger);
        _restored = metrics.Meter.CreateCounter<long>(
            "cnm_cni_reload_restored_total", description: "Parts of attachments that reload put back on the host, by part.");
        _failed = metrics.Meter.CreateCounter<long>(
            "cnm_cni_reload_failures_total", description: "Attachments of which reload could not put back everything.");
    }

    /// <summary>A pass is under way that changes the host.</summary>
    public bool IsPuttingBack => _isPuttingBack;

    /// <summary>How many passes have changed the host.</summary>
    public long Reloads => Interlocked.Read(ref _reloads);

    /// <param name="chosen">The attachments.</param>
    /// <param name="dryRun">Report only.</param>
    /// <param name="cancellationToken">Ends the pass between two attachments; one that has begun is finished.</param>
    /// <returns>What became of them; and the firewall as last read, null when it was not.</returns>
    /// <exception cref="IOException">The firewall cannot be read.</exception>
    public async Task<(IReadOnlyList<ReloadReport> Reports, Ruleset? Rules)> RunAsync(
        IReadOnlyList<AttachmentRecord> chosen, bool dryRun, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        _isPuttingBack = !dryRun;
        var reports = new List<ReloadReport>();
        var view = new FirewallView(_inspection);
        try
        {
            if (chosen.Count > 0)
                await view.ReadAsync(cancellationToken);

            foreach (var record in chosen)
                reports.Add(await ReloadAsync(record, view, dryRun, cancellationToken));

            if (reports.Any(IsToVerify))
                await VerifyAsync(reports, view, cancellationToken);

            return (reports, view.Rules);
        }
        finally
        {
            _isPuttingBack = false;
            if (!dryRun)
                Note(reports);

            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<ReloadReport> ReloadAsync(
        AttachmentRecord chosen, FirewallView view, bool dryRun, CancellationToken cancellationToken)
    {
        ReloadReport report;
        using (await _gates.EnterAsync(chosen.EndpointId, cancellationToken))
        {
            if (_journal.Attachments.Find(chosen.EndpointId) is not { } record || !HostInspection.IsOnHost(record))
                return new ReloadReport(chosen, ReloadOutcome.Skipped, [], "it is being made or removed");

            try
            {
                report = await ReloadAsync(record, view, dryRun);
            }
            catch (Exception failed) when (failed is CniException or CniConfigurationException or IOException)
            {
                return new ReloadReport(record, ReloadOutcome.Failed, [], failed.Message);
            }
        }

        return report is { Record.IsWarm: true, Outcome: ReloadOutcome.Failed, Missing.Count: > 0 } ? await ReplaceAsync(report) : report;
    }

    private async Task<ReloadReport> ReloadAsync(AttachmentRecord record, FirewallView view, bool dryRun)
    {
        if (_inspection.WhyNot(record) is { } reason)
            return new ReloadReport(record, ReloadOutcome.Skipped, [], reason);

        var missing = await view.MissingAsync(record);
        if (missing.Count == 0)
            return new ReloadReport(record, ReloadOutcome.Complete, []);

        if (dryRun)
            return WouldBe(record, missing);

        if (record.IsWarm)
            return new ReloadReport(record, ReloadOutcome.Failed, missing);

        return await RestoreAsync(record, missing, view);
    }

    // What a reload would report. A warm attachment is replaced, whatever it has lost.
    private static ReloadReport WouldBe(AttachmentRecord record, IReadOnlyList<MissingPart> missing)
    {
        if (record.IsWarm)
            return new ReloadReport(record, ReloadOutcome.WouldBeRestored, missing, Replaced);

        var outcome = missing.All(part => part.IsLost) ? ReloadOutcome.Failed : ReloadOutcome.WouldBeRestored;
        return new ReloadReport(record, outcome, missing, Lost(record, missing));
    }

    private async Task<ReloadReport> RestoreAsync(AttachmentRecord record, IReadOnlyList<MissingPart> missing, FirewallView view)
    {
        try
        {
            view.Outdate();
            await _restoration.RestoreAsync(record, HostPlugin.Of(record),
                missing.Where(part => !part.IsLost).Select(part => part.Part).Distinct());
        }
        catch (Exception failed) when (failed is CniException or CniConfigurationException or IOException)
        {
            return new ReloadReport(record, ReloadOutcome.Failed, missing, failed.Message);
        }

        return Lost(record, missing) is { } lost
            ? new ReloadReport(record, ReloadOutcome.Failed, missing, lost)
            : new ReloadReport(record, ReloadOutcome.Restored, missing);
    }

    private static bool IsToVerify(ReloadReport report) => report is { Outcome: ReloadOutcome.Restored, Record.IsWarm: false };

    // Once for all of them: plugins that report success may have done nothing.
    private async Task VerifyAsync(List<ReloadReport> reports, FirewallView view, CancellationToken cancellationToken)
    {
        string? unread = null;
        try
        {
            await view.RefreshAsync(cancellationToken);
        }
        catch (IOException failed)
        {
            unread = failed.Message;
        }

        foreach (var (index, report) in reports.Index().Where(one => IsToVerify(one.Item)).ToArray())
        {
            if ((unread ?? WhyNotWhole(report.Record, view)) is { } reason)
                reports[index] = report with { Outcome = ReloadOutcome.Failed, Message = reason };
        }
    }

    private string? WhyNotWhole(AttachmentRecord record, FirewallView view)
    {
        try
        {
            return view.Left(_journal.Attachments.Find(record.EndpointId)) is not { Count: > 0 } left ? null
                : Lost(record, left) ?? "the plugins report success, but this is still missing: "
                    + string.Join(", ", left.Select(part => part.What));
        }
        catch (IOException failed)
        {
            return failed.Message;
        }
    }

    // Nobody uses it yet: a new one is simpler than a repaired one, and certain.
    private async Task<ReloadReport> ReplaceAsync(ReloadReport report)
    {
        if (!_pool.TryMove(report.Record.EndpointId, WarmState.Leaving, WarmState.Ready, WarmState.Resting))
            return report with { Outcome = ReloadOutcome.Skipped, Message = "a container is taking this warm attachment" };

        await _release.ReleaseAsync(
            report.Record.EndpointId, $"{string.Join(", ", report.Missing.Select(part => part.What))} on the host is missing");
        return report with { Outcome = ReloadOutcome.Restored, Message = Replaced };
    }

    private static string? Lost(AttachmentRecord record, IReadOnlyList<MissingPart> missing) =>
        missing.Where(part => part.IsLost).Select(part => part.What).ToArray() is { Length: > 0 } lost
            ? $"no plugin can put back {string.Join(", ", lost)} while the container runs. {RecordText.Restart(record.ContainerName)}"
            : null;

    private void Note(IReadOnlyList<ReloadReport> reports)
    {
        foreach (var report in reports)
            Note(report);

        foreach (var endpointId in _loggedFailures.Keys.Where(id => _journal.Attachments.Find(id) is null).ToArray())
            _loggedFailures.Remove(endpointId);

        EndFindings(reports);
    }

    // status tells the truth at once; the next pass of repair compares.
    private void EndFindings(IReadOnlyList<ReloadReport> reports)
    {
        var whole = reports.Where(report => report.Outcome is ReloadOutcome.Restored or ReloadOutcome.Complete)
            .Select(report => report.Record.EndpointId).ToHashSet(StringComparer.Ordinal);
        var isAll = _inspection.All.All(record => whole.Contains(record.EndpointId));
        _known.Forget(typeof(MissingOnHostInspection), finding => MissingOnHost.IsOver(finding, whole, isAll));
        if (reports.All(report => report.Missing.Count == 0))
            return;

        Interlocked.Increment(ref _reloads);
        _repair.Raise();
    }

    private void Note(ReloadReport report)
    {
        var what = string.Join(", ", report.Missing.Select(part => part.What));
        var endpointId = report.Record.EndpointId;
        if (report.Outcome == ReloadOutcome.Failed)
        {
            _failed.Add(1);
            if (_loggedFailures.GetValueOrDefault(endpointId) != report.Message)
                _logger.NotReloaded(report.Record.Text(), what, report.Message!);

            _loggedFailures[endpointId] = report.Message!;
            return;
        }

        _loggedFailures.Remove(endpointId);
        if (report.Outcome == ReloadOutcome.Restored)
        {
            foreach (var part in report.Missing)
                _restored.Add(1, new KeyValuePair<string, object?>("part", HostPartText.Of(part.Part)));

            _logger.Reloaded(report.Record.Text(), what);
        }
    }
}
