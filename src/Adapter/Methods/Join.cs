using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker is about to move the endpoint's link from the host namespace into the sandbox. CNI: ADD, where CreateEndpoint left it for now, and that of
/// the plugins that take port mappings where nobody will be asked to publish.
/// Journal: the sandbox's path.
/// With direct attach the chain runs in the sandbox, and nothing is moved. Undo: a failed ADD by ourselves; else Docker answers a failed
/// Join with DeleteEndpoint, which undoes everything. Idempotent: a link that is under way already is not sent again.
/// </summary>
internal sealed class Join(
    Attacher attacher, StagingSandboxes staging, Arrivals arrivals, UnaskedPublisher unasked, EngineFacts engine, Journal journal, AttachmentGates gates)
    : ICnmMethod<JoinRequest, JoinResponse>
{
    public async Task<JoinResponse> InvokeAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var sandboxKey = RequirePath(request.SandboxKey);
        var ports = PublishedPorts.Read(request.Options);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        var record = journal.Attachments.Find(endpointId);
        if (record is not { Phase: AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined })
            throw new CnmException($"endpoint {DockerId.Short(endpointId)} was not made, or is being taken down. Start the container again.");

        record = record.Attach == AttachMode.Sandbox ? await JoinDirectlyAsync(record, sandboxKey, cancellationToken) : await SendAsync(record, sandboxKey, cancellationToken);
        await unasked.PublishAsync(record, ports, cancellationToken);
        return EndpointAnswer.ToJoin(record, publishes: ports.Count > 0);
    }

    private async Task<AttachmentRecord> JoinDirectlyAsync(AttachmentRecord record, string sandboxKey, CancellationToken cancellationToken) =>
        record.Phase == AttachmentPhase.Prepared ? await attacher.AttachInSandboxAsync(record, sandboxKey, RequireNoIPv6WhereOff(record, sandboxKey), cancellationToken) : record;

    private async Task<AttachmentRecord> SendAsync(AttachmentRecord record, string sandboxKey, CancellationToken cancellationToken)
    {
        var isThere = StagingSandboxes.IsThere(sandboxKey);
        var neighbours = journal.Attachments.All
            .Where(other => other.SandboxKey == sandboxKey && other.Phase == AttachmentPhase.Joined && other.EndpointId != record.EndpointId).ToArray();
        SandboxConflicts.RequireNewSubnets(record, neighbours);
        if (isThere)
        {
            RequireNoIPv6WhereOff(record, sandboxKey);
            RequireFreeName(sandboxKey, [.. neighbours.Where(other => other.Attach == AttachMode.Sandbox)]);
        }

        if (record.Phase == AttachmentPhase.Prepared)
            record = await attacher.AttachAsync(record with { InterfaceName = isThere ? NameIn(sandboxKey) : InterfaceNames.Sandbox }, cancellationToken);

        SandboxConflicts.RequireNewRoutes(record, neighbours, StagingSandboxes.RoutesIn(sandboxKey));
        record = EndpointAnswer.WithChosenGateways(record, sandboxIsThere: isThere);
        journal.Attachments.Write(record = record with { Phase = AttachmentPhase.Joined, SandboxKey = sandboxKey });
        staging.SendToHost(record.ContainerId, record.InterfaceName, record.HostInterfaceName);
        arrivals.Expect(record, callFollows: isThere);
        return record;
    }

    // Whether it is off.
    private bool RequireNoIPv6WhereOff(AttachmentRecord record, string sandboxKey)
    {
        var isOff = StagingSandboxes.IsIPv6Off(sandboxKey, engine.SysctlsComeFirst);
        if (isOff)
            SandboxConflicts.RequireNoIPv6(record);

        return isOff;
    }

    // Docker numbers the links that it moved there itself, and would only say that the file exists.
    private static void RequireFreeName(string sandboxKey, IReadOnlyList<AttachmentRecord> direct)
    {
        if (direct.Count == 0)
            return;

        var name = StagingSandboxes.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix, direct.Select(other => other.InterfaceName));
        if (direct.FirstOrDefault(other => other.InterfaceName == name) is { } inTheWay)
        {
            throw new CnmException(
                $"Docker would call this interface {name}, and the container's interface on CNI network \"{inTheWay.CniNetwork}\", " +
                $"which Docker did not put there, " +
                $"has that name. Give that one another when it is attached: --driver-opt {InterfaceNames.NameOption}=NAME.");
        }
    }

    // Where the sandbox is there already (from Docker 28 on, and when a running container is connected) it shows what Docker will call the
    // link; then plugins are told that name.
    private static string NameIn(string sandboxKey) => StagingSandboxes.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix);

    private static string RequirePath(string sandboxKey) =>
        Path.IsPathFullyQualified(sandboxKey) && !sandboxKey.Any(char.IsControl) && Path.GetFullPath(sandboxKey) == sandboxKey
            ? sandboxKey
            : throw new CnmException("SandboxKey is not a plain absolute path. Nothing was done.");
}

/// <summary>
/// The container lets go of the endpoint; its link is still in the sandbox, and Docker moves it back to the host namespace after the answer.
/// CNI: DEL of the plugins that published, if RevokeExternalConnectivity did not come (newer engines leave it out sometimes), then of
/// those that ran in the sandbox;
/// with direct attach of the whole chain, while everything is in place. Journal: what is undone.
/// Docker ignores a failure, so does the next call. Idempotent: twice, or for an endpoint whose Join failed, is success.
/// </summary>
internal sealed class Leave(Detacher detacher, UnaskedPublisher unasked, Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Forget(endpointId);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
        {
            await (record.Attach == AttachMode.Sandbox ? detacher.DetachAsync(record) : detacher.LeaveAsync(record));
            unasked.TakeOver(record);
        }

        return new Nothing();
    }
}
