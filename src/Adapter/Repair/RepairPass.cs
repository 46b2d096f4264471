using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Holds the journal against Docker, the kernel and the stores of IPAM plugins, and mends what can be repaired. One round at a time. Never
/// inside a call of Docker's: Docker may be waiting for us in it.
/// </summary>
internal sealed class RepairPass(
    IEnumerable<IInspection> inspections, IDockerEngine docker, Journal journal,
    ContainerNames names, KnownFindings known, BridgeMetrics metrics, AdapterSettings settings, TimeProvider timeProvider) : IDisposable
{
    /// <summary>A plugin that hangs in one DEL must not keep all others waiting.</summary>
    private const int AtOnce = 4;

    /// <summary>GracePeriods of the first look end with the second; something new may have come meanwhile, but not for ever.</summary>
    private const int MostLooks = 3;

    private static readonly TimeSpan ClockResolution = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _turn = new(1, 1);

    // Both guarded by _turn.
    private readonly GracePeriods _doubts = new(timeProvider);
    private long? _lastThorough;

    /// <summary>How long until something may have stayed long enough to count; null when nothing waits for that.</summary>
    public TimeSpan? UntilNextLook => _doubts.UntilNextLook;

    /// <summary>One look, as the occasion wants it.</summary>
    public async Task<RepairReport> RunAsync(RepairTrigger occasion, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await LookAsync(occasion, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A look, and another when what the first was in doubt about may count.</summary>
    public async Task<RepairReport> RunUntilCertainAsync(CancellationToken cancellationToken)
    {
        var report = await RunAsync(RepairTrigger.Demand, cancellationToken);
        for (var look = 1; look < MostLooks && report.Findings.Any(finding => finding.State == FindingState.Waiting); look++)
        {
            // A timer may be early by the resolution of the clock, and the last doubt may be old enough by now.
            await Task.Delay((_doubts.Longest ?? TimeSpan.Zero) + ClockResolution, timeProvider, cancellationToken);
            report = Joined(report, await RunAsync(RepairTrigger.Demand, cancellationToken));
        }

        return report;
    }

    private static RepairReport Joined(RepairReport first, RepairReport second)
    {
        var again = second.Findings.Select(report => report.Key).ToHashSet();
        var settled = first.Findings.Where(report => report.State == FindingState.Repaired && !again.Contains(report.Key));
        return second with { Findings = [.. settled, .. second.Findings] };
    }

    public void Dispose() => _turn.Dispose();

    private async Task<RepairReport> LookAsync(RepairTrigger occasion, CancellationToken cancellationToken)
    {
        var (view, dockerFailure) = await AskDockerAsync(cancellationToken);
        if (view is not null && occasion != RepairTrigger.DryRun)
            await names.LearnAsync(view, cancellationToken);

        var context = new InspectionContext(occasion, IsThorough(occasion), view);
        var findings = new List<FindingReport>();
        var problems = new List<Exception>();
        foreach (var inspection in inspections)
        {
            try
            {
                findings.AddRange(await InspectAsync(inspection, context, cancellationToken));
            }
            catch (DockerException failure)
            {
                dockerFailure = failure;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                problems.Add(failure); // What one cannot look at is no reason for the others not to look.
            }
        }

        metrics.Looked(context.IsThorough);
        return new RepairReport(findings, dockerFailure, problems);
    }

    private async Task<(DockerView?, DockerException?)> AskDockerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await DockerView.ReadAsync(docker, settings.DriverName, journal, cancellationToken), null);
        }
        catch (DockerException failure)
        {
            return (null, failure);
        }
    }

    private async Task<IReadOnlyList<FindingReport>> InspectAsync(IInspection inspection, InspectionContext context, CancellationToken cancellationToken)
    {
        if (await inspection.InspectAsync(context, cancellationToken) is not { } found)
            return [.. known.Of(inspection.GetType())];

        var reports = new List<FindingReport>();
        if (context.RepairTrigger == RepairTrigger.DryRun)
        {
            reports.AddRange(found.Select(finding => finding.Repair is null ? finding.As(FindingState.Reported, finding.Remedy) : finding.As(FindingState.WouldBeRepaired, "")));
            return reports;
        }

        _doubts.Settle(inspection.GetType(), found);
        var treated = new FindingReport?[found.Count];
        await Parallel.ForAsync(0, found.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
            treated[index] = await TreatAsync(found[index], token));
        reports.AddRange(treated.OfType<FindingReport>());
        known.Settle(inspection.GetType(), reports);
        return reports;
    }

    private async Task<FindingReport?> TreatAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (_doubts.About(finding))
            return finding.As(FindingState.Waiting, "It is looked at again.");

        if (finding.Repair is null)
            return finding.As(FindingState.Reported, finding.Remedy);

        var result = await RepairAsync(finding.Repair, cancellationToken);
        return result.State is { } state ? finding.As(state, result.Done) : null;
    }

    private static async Task<RepairResult> RepairAsync(Func<CancellationToken, Task<RepairResult>> repair, CancellationToken cancellationToken)
    {
        try
        {
            return await repair(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return RepairResult.Failed(FileWords.Of(failure)); // The next finding is none the worse for it.
        }
    }

    private bool IsThorough(RepairTrigger occasion)
    {
        if (occasion == RepairTrigger.Background && _lastThorough is { } last && timeProvider.GetElapsedTime(last) < settings.Repair.Interval)
            return false;

        if (occasion != RepairTrigger.DryRun)
            _lastThorough = timeProvider.GetTimestamp();

        return true;
    }
}
