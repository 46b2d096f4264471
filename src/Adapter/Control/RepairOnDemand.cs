using Bridge.Adapter.Cnm;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Control;

/// <summary>`cnm-cni repair`: what the background does by itself, now, and with an answer.</summary>
internal sealed class RepairOnDemand(RepairPass pass, AbandonedCleanup abandoned)
{
    public async Task<RepairResponse> RunAsync(RepairRequest request, CancellationToken cancellationToken)
    {
        var report = request.DryRun
            ? await pass.RunAsync(RepairTrigger.DryRun, cancellationToken)
            : await pass.RunUntilCertainAsync(cancellationToken);
        var problems = report.Problems.Append(report.DockerFailure).OfType<Exception>().Select(problem => problem.Message);
        return new RepairResponse([.. report.Findings.Select(ToStatus)], [.. problems]);
    }

    /// <exception cref="CnmException">It is not there, or not to be forgotten.</exception>
    public async Task<ForgetResponse> ForgetAsync(ForgetRequest request, CancellationToken cancellationToken)
    {
        var (what, givenUp) = request.Target.Length > 0
            ? await abandoned.AbandonAsync(request.Target, cancellationToken)
            : throw new CnmException("what is to be forgotten is missing.");
        return new ForgetResponse(what, givenUp);
    }

    public static FindingStatus ToStatus(FindingReport report) =>
        new(report.Kind.Text(), report.Subject, report.What, report.Why, report.State, report.Done);
}
