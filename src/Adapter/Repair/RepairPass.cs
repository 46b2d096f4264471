using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Compares the journal with Docker, the kernel and the stores of IPAM plugins, and repairs what it can. One pass at a time. Never inside a
/// call of Docker's: Docker may hold locks until that call returns.
/// </summary>
internal sealed class RepairPass(
    IEnumerable<IInspection> inspections, IDockerEngine docker, DriverName driver, Journal journal,
    ContainerNames names, KnownFindings known, AdapterMetrics metrics, Traces traces, AdapterSettings settings,
    TimeProvider timeProvider) : IDisposable
{
    // A plugin that hangs in one DEL must not block all others.
    private const int Parallelism = 4;

    // The second pass ends the grace periods of the first. New findings may have come, but not endlessly.
    private const int MostPasses = 3;

    private static readonly TimeSpan ClockResolution = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _turn = new(1, 1);

    // Both guarded by _turn.
    private readonly GracePeriods _gracePeriods = new(timeProvider);
    private long? _lastThorough;

    /// <summary>How long until the next grace period ends; null when none is running.</summary>
    public TimeSpan? UntilNextPass => _gracePeriods.UntilNextEnd;

    public async Task<RepairReport> RunAsync(RepairTrigger trigger, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await InspectAllAsync(trigger, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A pass, and others until no finding is in its grace period.</summary>
    public async Task<RepairReport> RunUntilCertainAsync(CancellationToken cancellationToken)
    {
        var report = await RunAsync(RepairTrigger.Demand, cancellationToken);
        for (var pass = 1; pass < MostPasses && report.Findings.Any(finding => finding.State == FindingState.Waiting); pass++)
        {
            // A timer may be early by the resolution of the clock; the last grace period may have ended by now.
            await Task.Delay((_gracePeriods.UntilLastEnd ?? TimeSpan.Zero) + ClockResolution, timeProvider, cancellationToken);
            report = Joined(report, await RunAsync(RepairTrigger.Demand, cancellationToken));
        }

        return report;
    }

    public void Dispose() => _turn.Dispose();

    private static RepairReport Joined(RepairReport first, RepairReport second)
    {
        var again = second.Findings.Select(report => report.Key).ToHashSet();
        var repaired = first.Findings.Where(report => report.State == FindingState.Repaired && !again.Contains(report.Key));
        return second with { Findings = [.. repaired, .. second.Findings] };
    }

    private async Task<RepairReport> InspectAllAsync(RepairTrigger trigger, CancellationToken cancellationToken)
    {
        var (view, dockerFailure) = await AskDockerAsync(cancellationToken);
        if (view is not null && trigger != RepairTrigger.DryRun)
            await names.LearnAsync(view, cancellationToken);

        var context = new InspectionContext(trigger, IsThorough(trigger), view);
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
                problems.Add(failure); // The other inspections run all the same.
            }
        }

        metrics.Looked(context.IsThorough);
        return new RepairReport(findings, dockerFailure, problems);
    }

    private async Task<(DockerView?, DockerException?)> AskDockerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await DockerView.ReadAsync(docker, await driver.AskAsync(cancellationToken), journal, cancellationToken), null);
        }
        catch (DockerException failure)
        {
            return (null, failure);
        }
    }

    private async Task<IReadOnlyList<FindingReport>> InspectAsync(
        IInspection inspection, InspectionContext context, CancellationToken cancellationToken)
    {
        if (await inspection.InspectAsync(context, cancellationToken) is not { } found)
            return known.Of(inspection.GetType());

        if (context.Trigger == RepairTrigger.DryRun)
        {
            return [.. found.Select(finding => finding.Repair is null
                ? finding.As(FindingState.Reported, finding.Remedy)
                : finding.As(FindingState.WouldBeRepaired, ""))];
        }

        _gracePeriods.Settle(inspection.GetType(), found);
        var treated = new FindingReport?[found.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, found.Count, options, async (index, token) => treated[index] = await TreatAsync(found[index], token));
        FindingReport[] reports = [.. treated.OfType<FindingReport>()];
        known.Settle(inspection.GetType(), reports);
        return reports;
    }

    private async Task<FindingReport?> TreatAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (_gracePeriods.IsRunning(finding))
            return finding.As(FindingState.Waiting, "cnm-cni inspects it again.");

        if (finding.Repair is null)
            return finding.As(FindingState.Reported, finding.Remedy);

        using var span = traces.Begin("repair").With(Span.Finding, finding.Kind.Text());
        var result = await RepairAsync(finding.Repair, cancellationToken);
        if (result.State == FindingState.Failed)
            span.Fail(result.Done);

        return result.State is { } state ? finding.As(state, result.Done) : null;
    }

    private static async Task<RepairResult> RepairAsync(
        Func<CancellationToken, Task<RepairResult>> repair, CancellationToken cancellationToken)
    {
        try
        {
            return await repair(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return RepairResult.Failed(ErrorDescription.OfFile(failure)); // The other findings are repaired all the same.
        }
    }

    private bool IsThorough(RepairTrigger trigger)
    {
        if (trigger == RepairTrigger.Background && _lastThorough is { } last
            && timeProvider.GetElapsedTime(last) < settings.Repair.Interval)
            return false;

        if (trigger != RepairTrigger.DryRun)
            _lastThorough = timeProvider.GetTimestamp();

        return true;
    }
}

/// <summary>The outcome of a pass.</summary>
/// <param name="Findings">In the order of the inspections.</param>
/// <param name="DockerFailure">Why Docker could not be compared.</param>
/// <param name="Problems">Why another inspection failed.</param>
internal sealed record RepairReport(
    IReadOnlyList<FindingReport> Findings, DockerException? DockerFailure, IReadOnlyList<Exception> Problems);

/// <summary>
/// Findings that must persist for a while before they count, and since when they do. The caller runs one pass at a time. Measured,
/// independent of changes to the wall clock.
/// </summary>
internal sealed class GracePeriods(TimeProvider timeProvider)
{
    private Dictionary<(FindingKind, string), (Type Inspection, long Since, TimeSpan Grace)> _waiting = [];

    /// <summary>How long until the next one ends; null when none is running. Those that have ended were treated in the last pass.</summary>
    public TimeSpan? UntilNextEnd => Remainders.Min();

    /// <summary>How long until all have ended.</summary>
    public TimeSpan? UntilLastEnd => Remainders.Max();

    private IEnumerable<TimeSpan?> Remainders =>
        _waiting.Values.Select(waiting => (TimeSpan?)Remaining(waiting)).Where(remaining => remaining > TimeSpan.Zero);

    /// <summary>Replaces the findings of an inspection. One that is missing starts anew when it comes again.</summary>
    public void Settle(Type inspection, IReadOnlyList<Finding> found)
    {
        var now = timeProvider.GetTimestamp();
        var others = _waiting.Where(waiting => waiting.Value.Inspection != inspection);
        var seen = found.Where(finding => finding.Grace > TimeSpan.Zero).DistinctBy(finding => finding.Key).Select(finding =>
            KeyValuePair.Create(finding.Key, _waiting.TryGetValue(finding.Key, out var known) ? known : (inspection, now, finding.Grace)));
        _waiting = new Dictionary<(FindingKind, string), (Type, long, TimeSpan)>(others.Concat(seen));
    }

    public bool IsRunning(Finding finding) => _waiting.TryGetValue(finding.Key, out var waiting) && Remaining(waiting) > TimeSpan.Zero;

    private TimeSpan Remaining((Type Inspection, long Since, TimeSpan Grace) waiting) =>
        waiting.Grace - timeProvider.GetElapsedTime(waiting.Since);
}
