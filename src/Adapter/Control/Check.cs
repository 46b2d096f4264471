using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Control;

/// <summary>
/// `cnm-cni check`: runs CHECK for live attachments, each in its sandbox, with the input and the result of ADD.
/// </summary>
internal sealed class Check(Journal journal, AttachmentGates gates, Arrivals arrivals, CniAttachment cni, CniRuntime runtime,
    WarmReports warm)
{
    public async Task<CheckResponse> InvokeAsync(CheckRequest request, CancellationToken cancellationToken)
    {
        var results = new List<CheckResult>();
        foreach (var endpointId in Chosen(request, results))
            results.Add(await CheckOneAsync(endpointId, cancellationToken));

        return new CheckResponse(results);
    }

    // Without targets, all of them. A target that means nothing is a failure of its own: a typo must not look like health.
    private IReadOnlyList<string> Chosen(CheckRequest request, List<CheckResult> results)
    {
        var chosen = new List<AttachmentRecord>(request.Targets.Count == 0 ? journal.Attachments.All : []);
        foreach (var target in request.Targets)
        {
            var found = journal.FindByTarget(target);
            chosen.AddRange(found);
            if (found.Count == 0)
                results.Add(new CheckResult(
                    target, null, CheckOutcome.Failed, "no attachment has this container name or endpoint id (cnm-cni status lists them)"));
        }

        return [.. chosen.OrderBy(record => record.Since).Select(record => record.EndpointId).Distinct()];
    }

    private async Task<CheckResult> CheckOneAsync(string endpointId, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is not { } record)
            return new CheckResult(endpointId, null, CheckOutcome.Skipped, "it was removed meanwhile");

        try
        {
            if (record.IsWarm)
                return warm.Check(record);

            if (await ObstacleAsync(record) is { } obstacle)
                return new CheckResult(endpointId, record.ContainerName, CheckOutcome.Skipped, obstacle);

            record = journal.Attachments.Find(endpointId)!; // With what was learned on arrival.
            var whole = Harmless(CniRecord.Configuration(record), CniRecord.Result(record)!);
            var ran = cni.Parts(record);
            var parts = ran.Attaching.Plugins.Concat(ran.Inside.Plugins)
                .Concat(record.PublishedPorts is null ? [] : ran.Publishing.Plugins);
            var types = parts.Select(plugin => plugin.Type).ToHashSet(StringComparer.Ordinal);
            var chain = whole.WithPlugins(plugin => types.Contains(plugin.Type));
            return await AskAsync(record, chain, cancellationToken);
        }
        catch (Exception failed) when (failed is CniException or IOException)
        {
            return new CheckResult(endpointId, record.ContainerName, CheckOutcome.Failed, failed.Message);
        }
    }

    // A known fault of a plugin is reported as such; CHECK goes on with the other plugins.
    private async Task<CheckResult> AskAsync(AttachmentRecord record, NetworkConfiguration chain, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        while (true)
        {
            try
            {
                await runtime.CheckAsync(chain, cni.InSandbox(record), Expected(record), cancellationToken);
                var outcome = chain.Plugins.Count == 0 ? CheckOutcome.Skipped : CheckOutcome.Passed;
                return new CheckResult(
                    record.EndpointId, record.ContainerName, outcome, faults.Count == 0 ? null : string.Join("; ", faults));
            }
            catch (CniException failed) when (CheckFaults.Of(failed, chain) is { } fault)
            {
                faults.Add(fault);
                chain = chain.WithPlugins(plugin => plugin.Type != failed.Plugin);
            }
        }
    }

    // CHECK of dhcp before version 1.2 takes another lease, which nobody gives back: once the interface is gone, its daemon opens sockets
    // for it until it has no file descriptors left.
    private static NetworkConfiguration Harmless(NetworkConfiguration network, CniResult result) =>
        network.Plugins.Any(plugin => plugin.IpamType == IpamConfiguration.Dhcp)
            ? IpamConfiguration.WithReserved(network, network, result)
            : network;

    // Which of a container's networks has its default route is for Docker to choose, and an internal one never has it.
    private static CniResult? Expected(AttachmentRecord record)
    {
        var expected = CniRecord.ResultInSandbox(record);
        var ifname = record.NameInSandbox;
        return expected is not null && (record.Internal || Sandbox.IsGatewayElsewhere(record.SandboxKey!, ifname))
            ? CniRecord.WithoutDefaultRoutes(expected)
            : expected;
    }

    // The link had arrived, and a process in the container has changed it since.
    private static void RequireUnchanged(AttachmentRecord record, ArrivalState state)
    {
        if (record is { Phase: AttachmentPhase.Joined, SandboxInterfaceName: { } name } && Sandbox.Exists(record.SandboxKey!))
        {
            throw state switch
            {
                ArrivalState.Gone =>
                    new IOException(
                        $"interface {name} with MAC {record.Snapshot!.Mac} is not in the container any more: " +
                        "it was taken away there, or given another MAC"),
                ArrivalState.NotReady =>
                    new IOException(
                        $"interface {name} is not as it was made any more: it was taken down in the container, " +
                        $"or lost routes (as with ip link set {name} down, or another name)"),
                _ => new IOException($"interface {name} is not in the container any more, but in the host's namespace"),
            };
        }
    }

    private async Task<string?> ObstacleAsync(AttachmentRecord record)
    {
        var state = record.Phase == AttachmentPhase.Joined ? await arrivals.TryFinishAsync(record) : ArrivalState.NotReady;
        if (state != ArrivalState.Arrived)
        {
            RequireUnchanged(record, state);
            return $"its link is not in a sandbox (state {record.Phase.ToString().ToLowerInvariant()})";
        }

        if (CniRecord.Configuration(record).CheckUnavailableReason is { } reason)
            return $"no plugin was asked: {reason}";

        // An IPAM plugin that was asked within the chain knows the interface by the name of that time only.
        var current = journal.Attachments.Find(record.EndpointId)!;
        return current.Reserved.Count > 0 || current.NameInSandbox == current.InterfaceName
            ? null
            : $"Docker gave the link the name {current.SandboxInterfaceName}; " +
                $"its IPAM plugin knows it as {current.InterfaceName} and could not find it";
    }
}

/// <summary>Failures of CHECK that are faults of a stock plugin and say nothing about the attachment.</summary>
internal static class CheckFaults
{
    private const string Bridge = "bridge";

    /// <returns>Which fault it is, as a sentence's part; null for a failure that counts.</returns>
    public static string? Of(CniException failed, NetworkConfiguration network)
    {
        if (failed.Plugin != Bridge || network.Plugins.FirstOrDefault(plugin => plugin.Type == Bridge) is not { } configured)
            return null;

        return failed.Msg switch
        {
            var msg when configured.IpamType is null && msg.Contains("no plugin name provided", StringComparison.Ordinal) =>
                "a known fault of plugin bridge, not of the container: without an ipam section it fails every CHECK (\"no plugin name " +
                    "provided\")",
            var msg when msg.Contains("Mac doesn't match", StringComparison.Ordinal) && NamesBridge(msg, configured) =>
                "a known fault of plugin bridge, not of the container: it wants its bridge to have the MAC of the day when the " +
                    "container came, " +
                "and a bridge without an address takes the lowest MAC of its ports",
            _ => null,
        };
    }

    // Of the container's own interface the same words are a finding.
    private static bool NamesBridge(string msg, PluginConfiguration configured) =>
        msg.Contains($" {(configured.Json["bridge"]?.ToString() is { Length: > 0 } name ? name : "cni0")} ", StringComparison.Ordinal);
}
