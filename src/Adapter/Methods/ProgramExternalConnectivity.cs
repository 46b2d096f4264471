using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Methods;

/// <summary>
/// The endpoint becomes its container's gateway, so it publishes the container's ports. CNI: ADD of the plugins that take port mappings.
/// Journal: the mappings, before. Clean-up: RevokeExternalConnectivity, Leave or DeleteEndpoint, whichever comes first.
/// Idempotent: published ports are not published again; Docker calls again whenever the gateway moves.
/// From Docker 28 on the link has arrived in the sandbox, so the arrival is finished here, where a failure still stops the start.
/// </summary>
internal sealed class ProgramExternalConnectivity(
    Publisher publisher, UnaskedPublisher unasked, PortHolders holders, Arrivals arrivals, Journal journal, AttachmentGates gates)
    : ICnmMethod<ProgramExternalConnectivityRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(ProgramExternalConnectivityRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        var record = journal.Attachments.Find(endpointId);
        if (record is not { Phase: AttachmentPhase.Joined })
            throw new CnmException($"endpoint {DockerId.Short(endpointId)} has not joined a sandbox, so its ports cannot be published.");

        var inCall = PublishedPorts.Read(request.Options);
        var requested = inCall.Count > 0 ? inCall : record.RequestedPorts;
        await unasked.YieldAsync(record, cancellationToken);
        await holders.WaitAsync(endpointId, requested, cancellationToken);
        await publisher.PublishAsync(record, requested, holds: true);
        arrivals.SetGateway(endpointId, isGateway: true);
        await arrivals.TryFinishAsync(journal.Attachments.Find(endpointId)!);
        return new Nothing();
    }
}

/// <summary>
/// The endpoint is no longer its container's gateway. CNI: DEL of the plugins that published. Journal: the mappings are dropped after DEL.
/// Docker ignores a failure; Leave and DeleteEndpoint try again. Idempotent: an endpoint that publishes nothing succeeds.
/// </summary>
internal sealed class RevokeExternalConnectivity(
    Detacher detacher, DeferredReleases releases, Arrivals arrivals, Journal journal, AttachmentGates gates)
    : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.SetGateway(endpointId, isGateway: false);
        if (releases.IsPending(endpointId))
            return new Nothing();

        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
        {
            arrivals.GiveWay(record);
            await detacher.UnpublishAsync(record);
        }

        return new Nothing();
    }
}
