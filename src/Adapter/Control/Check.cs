using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>`cnm-cni check`: asks the plugins of live attachments whether everything is as they left it, each in its sandbox, with what ADD was given and what it answered.</summary>
internal sealed class Check(Journal journal, AttachmentGates gates, Arrivals arrivals, CniAttachment cni, CniRuntime runtime, StagingSandboxes staging)
{
    public async Task<CheckResponse> InvokeAsync(CheckRequest request, CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>();
        foreach (var endpointId in Chosen(request, results))
        {
            results.Add(await CheckOneAsync(endpointId, cancellationToken));
        }

        return new CheckResponse(results);
    }

    // Without targets, all of them. A target that means nothing is a failure of its own: a typo must not look like health.
    private IReadOnlyList<string> Chosen(CheckRequest request, List<CheckResult> results)
    {
        var chosen = new List<AttachmentRecord>(request.Targets.Count == 0 ? journal.Attachments.All : []);
        foreach (var target in request.Targets)
        {
            var found = journal.Attachments.All.Where(record => record.ContainerName == target || record.EndpointId.StartsWith(target, StringComparison.Ordinal)).ToArray();
            chosen.AddRange(found);
            if (found.Length == 0)
            {
                results.Add(new CheckResult(target, null, CheckOutcome.Failed, "no attachment has this container name or endpoint id (cnm-cni status lists them)"));
            }
        }

        return [.. chosen.OrderBy(record => record.Since).Select(record => record.EndpointId).Distinct()];
    }

    private async Task<CheckResult> CheckOneAsync(string endpointId, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is not { } record)
        {
            return new CheckResult(endpointId, null, CheckOutcome.Skipped, "it was removed meanwhile");
        }

        if (Obstacle(record) is { } obstacle)
        {
            return new CheckResult(endpointId, record.ContainerName, CheckOutcome.Skipped, obstacle);
        }

        try
        {
            var whole = CniAttachment.Configuration(record);
            var ran = CniAttachment.Parts(record);
            var chain = whole.WithPlugins(plugin => ran.Attaching.Plugins.Any(other => other.Type == plugin.Type) || record.PublishedPorts is not null);
            await runtime.CheckAsync(chain, cni.Of(record), CniAttachment.Result(record), cancellationToken);
            return new CheckResult(endpointId, record.ContainerName, CheckOutcome.Passed, null);
        }
        catch (CniException failed)
        {
            return new CheckResult(endpointId, record.ContainerName, CheckOutcome.Failed, failed.Message);
        }
    }

    private string? Obstacle(AttachmentRecord record)
    {
        if (record.Phase != AttachmentPhase.Joined || arrivals.TryFinish(record) != ArrivalState.Arrived)
        {
            return $"its link is not in a sandbox (state {record.Phase.ToString().ToLowerInvariant()})";
        }

        using var sandbox = NetworkNamespace.Open(staging.PathOf(record.EndpointId));
        using var netlink = sandbox.OpenNetlink();
        return netlink.FindLink(record.InterfaceName)?.Mac == record.Snapshot!.Mac
            ? null
            : $"Docker gave the link another name than {record.InterfaceName}, under which the plugins know it; they could not find it";
    }
}
