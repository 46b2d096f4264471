using Bridge.Adapter.Reload;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Control;

/// <summary>`cnm-cni reload`: puts back what attachments of running containers have lost on the host.</summary>
internal sealed class ReloadOnDemand(
    Journal journal, HostInspection inspection, Reloader reloader, DockersRules dockers)
{
    /// <exception cref="IOException">The firewall cannot be read.</exception>
    public async Task<ReloadResponse> InvokeAsync(ReloadRequest request, CancellationToken cancellationToken)
    {
        var unknown = request.Targets.Where(target => journal.FindByTarget(target).Count == 0).Select(target => new ReloadResult(
            target, null, null, ReloadOutcome.Failed, [],
            "no attachment has this container name or endpoint id (cnm-cni status lists them)"));
        var (reports, rules) = await reloader.RunAsync(Chosen(request), request.DryRun, cancellationToken);
        return new ReloadResponse([.. reports.Select(ToResult), .. unknown], await dockers.NotesAsync(rules, cancellationToken));
    }

    // Without targets, all that hold something on the host. One that is named is reported in any state.
    private IReadOnlyList<AttachmentRecord> Chosen(ReloadRequest request) => request.Targets.Count == 0
        ? inspection.All
        : [.. request.Targets.SelectMany(journal.FindByTarget).DistinctBy(record => record.EndpointId).OrderBy(record => record.Since)];

    private static ReloadResult ToResult(ReloadReport report) => new(
        report.Record.EndpointId, report.Record.ContainerName, report.Record.CniNetwork, report.Outcome,
        [.. report.Missing.Select(part => new MissingPartStatus(part.Part, part.What))], report.Message);
}
