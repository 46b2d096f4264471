using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker is about to move the endpoint's link from the host namespace into the sandbox.
/// CNI: ADD, if CreateEndpoint deferred it; and ADD of the plugins that publish ports, if Docker will not send ProgramExternalConnectivity.
/// Journal: the sandbox's path. With direct attach the chain runs in the sandbox and nothing moves.
/// Clean-up: Join itself after a failed ADD; otherwise Docker sends DeleteEndpoint after a failed Join (from 29 on Leave too).
/// Idempotent: a link that is already on its way is not sent again.
/// </summary>
internal sealed class Join(
    Attacher attacher, DeferredReleases releases, StagingSandboxes staging, Arrivals arrivals, UnaskedPublisher unasked,
    PortHolders holders, WarmJoining warm, EngineFacts engine, Journal journal, AttachmentGates gates)
    : ICnmMethod<JoinRequest, JoinResponse>
{
    public async Task<JoinResponse> InvokeAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var sandboxKey = RequirePath(request.SandboxKey);
        var ports = PublishedPorts.Read(request.Options);
        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        var record = journal.Attachments.Find(endpointId);
        if (record is not { Phase: AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined })
        {
            throw new CnmException(
                $"endpoint {DockerId.Short(endpointId)} does not exist, or is being removed. Start the container again.");
        }

        record = record.Attach == AttachMode.Sandbox
            ? await AttachDirectlyAsync(record, sandboxKey, cancellationToken)
            : await SendAsync(record, sandboxKey, cancellationToken);
        if (unasked.MayPublish(record, ports))
        {
            await holders.WaitAsync(endpointId, ports, cancellationToken);
            await unasked.PublishAsync(record, ports, cancellationToken);
        }

        return EndpointAnswer.ToJoin(record, publishes: ports.Count > 0);
    }

    private async Task<AttachmentRecord> AttachDirectlyAsync(AttachmentRecord record, string sandboxKey,
        CancellationToken cancellationToken)
    {
        var isMadeAhead = record.AsMade is not null;
        if (record.Phase != AttachmentPhase.Prepared && !isMadeAhead)
            return record;

        SandboxConflicts.RequireSandbox(record, sandboxKey);
        var isIPv6Off = IsIPv6Off(sandboxKey);
        if (isIPv6Off)
            SandboxConflicts.RequireNoIPv6(record);

        return isMadeAhead ? warm.Enter(record, sandboxKey, isIPv6Off) : await AttemptAsync(
            record, () => attacher.AttachInSandboxAsync(record, sandboxKey, isIPv6Off, cancellationToken), cancellationToken);
    }

    private Task<AttachmentRecord> AttemptAsync(
        AttachmentRecord record, Func<Task<AttachmentRecord>> attach, CancellationToken cancellationToken) => releases.AttemptAsync(
            record.CniNetwork, attach, () => journal.Attachments.Find(record.EndpointId) is null, cancellationToken);

    // (1) What conflicts with the container's other attachments, or with an existing sandbox, is refused. (2) The chain runs, if
    // CreateEndpoint deferred it. (3) Its routes must not conflict either. (4) The outcome is written. (5) The link moves to the host
    // namespace, from which Docker takes it. (6) An existing sandbox is mounted at the attachment's path: Docker may forget one that a
    // process keeps alive, with the link in it.
    private async Task<AttachmentRecord> SendAsync(AttachmentRecord record, string sandboxKey, CancellationToken cancellationToken)
    {
        // Docker 28 and newer, and `docker network connect` to a running container. Older engines make the namespace after Join.
        var sandboxExists = Sandbox.Exists(sandboxKey);
        var others = journal.AttachmentsIn(sandboxKey)
            .Where(other => other.Phase == AttachmentPhase.Joined && other.EndpointId != record.EndpointId).ToArray();
        SandboxConflicts.RequireNewSubnets(record, others); // (1)
        if (sandboxExists)
        {
            if (IsIPv6Off(sandboxKey))
                SandboxConflicts.RequireNoIPv6(record);

            RequireFreeName(record, sandboxKey, [.. others.Where(other => other.Attach == AttachMode.Sandbox)]);
        }

        if (record.Phase == AttachmentPhase.Prepared) // (2)
        {
            // An existing sandbox shows the name that Docker will give the link; the plugins get the same name.
            var ifname = record.RequestedInterfaceName
                ?? (sandboxExists ? Sandbox.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix) : InterfaceNames.Sandbox);
            var prepared = record with { InterfaceName = ifname };
            record = await AttemptAsync(record, () => attacher.AttachAsync(prepared, cancellationToken), cancellationToken);
        }

        SandboxConflicts.RequireNewRoutes(record, others, Sandbox.RoutesIn(sandboxKey)); // (3)
        record = record with { SandboxKey = sandboxKey, SandboxExistedAtJoin = sandboxExists };
        record = journal.Attachments.Enter(record, AttachmentPhase.Joined); // (4)
        staging.SendToHost(record.ContainerId, record.InterfaceName, record.HostInterfaceName); // (5)
        if (sandboxExists)
            staging.MountSandbox(record.ContainerId, sandboxKey); // (6)

        arrivals.Expect(record, callFollows: sandboxExists);
        return record;
    }

    private bool IsIPv6Off(string sandboxKey) => Sandbox.IsIPv6Off(sandboxKey, engine.SysctlsComeFirst);

    // Docker numbers only the links that it moved itself, and reports a taken name as "file exists".
    private static void RequireFreeName(AttachmentRecord record, string sandboxKey, IReadOnlyList<AttachmentRecord> direct)
    {
        if (record.RequestedInterfaceName is { } wanted)
        {
            if (record.Phase != AttachmentPhase.Joined && Sandbox.HasLink(sandboxKey, wanted)) // A repeated Join finds its own link.
            {
                throw new CnmException(
                    $"the container has an interface {wanted} already. Choose another name with endpoint option " +
                    $"{InterfaceNames.NameOption}, or omit the option.");
            }

            return;
        }

        if (direct.Count == 0)
            return;

        var name = Sandbox.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix, direct.Select(other => other.NameInSandbox));
        if (direct.FirstOrDefault(other => other.NameInSandbox == name) is { } conflicting)
        {
            throw new CnmException(
                $"Docker would name this interface {name}, which is already taken by the container's interface on CNI network " +
                $"\"{conflicting.CniNetwork}\". " +
                "Attach that network with a different interface name: docker network connect --driver-opt " +
                $"{InterfaceNames.NameOption}=NAME, " +
                $"or docker run --network name=NETWORK,driver-opt={InterfaceNames.NameOption}=NAME.");
        }
    }

    private static string RequirePath(string sandboxKey) =>
        Path.IsPathFullyQualified(sandboxKey) && !sandboxKey.Any(char.IsControl) && Path.GetFullPath(sandboxKey) == sandboxKey
            ? sandboxKey
            : throw new CnmException("SandboxKey is not a plain absolute path. Nothing was done.");
}

/// <summary>
/// The container leaves the network. Its link is still in the sandbox; after the answer Docker moves it back to the host namespace
/// (moby daemon/libnetwork/endpoint.go, sbLeave).
/// CNI: DEL of the plugins that published, if RevokeExternalConnectivity did not come (Docker 29 omits it in places), then of those that
/// ran in the sandbox; with direct attach DEL of the whole chain, in the background where the container has ended: cnm-cni's own mount
/// keeps the sandbox until then. Journal: what DEL has removed.
/// Docker ignores a failure; DeleteEndpoint tries again. Idempotent: a second Leave, or one after a failed Join, succeeds.
/// </summary>
internal sealed class Leave(
    Detacher detacher, DeferredReleases releases, StagingSandboxes staging, UnaskedPublisher unasked, Arrivals arrivals,
    WarmReturn warm, Journal journal, AttachmentGates gates)
    : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Cancel(endpointId);
        if (releases.IsPending(endpointId))
            return new Nothing();

        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
        {
            await (record.Attach == AttachMode.Sandbox ? DetachDirectlyAsync(record) : detacher.LeaveAsync(record));
            unasked.TakeOver(record);
        }

        return new Nothing();
    }

    private async Task DetachDirectlyAsync(AttachmentRecord record)
    {
        var exists = Sandbox.Exists(record.SandboxKey!);
        var isForDeleteEndpoint = exists && warm.MayReturn(record);
        if (!isForDeleteEndpoint && !(exists && releases.MayDefer(record)))
        {
            await detacher.DetachAsync(record);
            return;
        }

        staging.KeepSandbox(record.ContainerId, record.SandboxKey!);
        record = await detacher.UnpublishAsync(record);
        if (!isForDeleteEndpoint)
            releases.Defer(record);
    }
}
