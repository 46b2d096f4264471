using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;

namespace Bridge.Adapter.Methods;

/// <summary>
/// The first call for an endpoint, and the only one whose answer can report an address to Docker. With an unknown address the chain runs
/// here, in a staging namespace. If the IPAM driver has reserved the address, or the chain must run in the sandbox, only the request is
/// recorded, and Join runs the chain: Docker serializes CreateEndpoint per network, but not Join.
/// CNI: ADD of every plugin that does not wait. Journal: the intent before, the outcome after.
/// Clean-up: DEL by CreateEndpoint itself, because Docker sends nothing after a failed CreateEndpoint. Idempotent: a known endpoint gets
/// the same answer.
/// </summary>
internal sealed class CreateEndpoint(
    EndpointIntent intent, Attacher attacher, Detacher detacher, DeferredReleases releases, EndpointPorts ports, Journal journal,
    AttachmentGates gates, WarmTaking warm, WarmRelease shortage)
    : ICnmMethod<CreateEndpointRequest, CreateEndpointResponse>
{
    public async Task<CreateEndpointResponse> InvokeAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        var known = journal.Attachments.Find(endpointId);
        if (known is { Phase: AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined })
            return EndpointAnswer.ToCreateEndpoint(known, request.Interface);

        if (known is not null)
            await detacher.DetachAsync(known);

        var requested = await intent.ReadAsync(request, cancellationToken);
        var record = await warm.TakeAsync(requested, request, cancellationToken)
            ?? await shortage.BeforeShortageAsync(
                requested.CniNetwork, () => AttachAsync(requested, cancellationToken), cancellationToken);
        return EndpointAnswer.ToCreateEndpoint(record, request.Interface);
    }

    private async Task<AttachmentRecord> AttachAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        await releases.WaitAsync(pending => Holds(pending, record), cancellationToken);
        try
        {
            record = await ports.ReserveAsync(record, cancellationToken);
            if (record.Phase != AttachmentPhase.Prepared)
            {
                return await releases.AttemptAsync(
                    record.CniNetwork, () => attacher.AttachAsync(record, cancellationToken),
                    () => journal.Attachments.Find(record.EndpointId) is null, cancellationToken);
            }

            journal.Attachments.Write(record);
            return record;
        }
        catch
        {
            // An attachment that is still recorded keeps its ports: their rules may be in force.
            if (journal.Attachments.Find(record.EndpointId) is null)
                ports.Release(record.EndpointId);

            throw;
        }
    }

    // What the new endpoint wants, and a container that is gone has until its release.
    private static bool Holds(PluginRecord pending, AttachmentRecord wanted) =>
        pending.CniNetwork == wanted.CniNetwork && pending.ContainerId != wanted.ContainerId
            && ((wanted.Mac is not null && pending.Mac == wanted.Mac) || pending.KnownAddresses.Any(
                held => wanted.Addresses.Any(address => Cidr.Parse(address).Address.Equals(held.Address))));
}

/// <summary>
/// The end of an endpoint, whatever came before: it may follow a failed Join or a crash, or name an endpoint that no longer exists.
/// CNI: DEL of every plugin that ran, in the background. Journal: the intent before the answer, no record after DEL. A failure stays
/// recorded, and cnm-cni retries it. Idempotent: an unknown endpoint succeeds, unless the host still has something of it.
/// </summary>
internal sealed class DeleteEndpoint(
    Detacher detacher, DeferredReleases releases, LostAttachments lost, Arrivals arrivals, Journal journal, AttachmentGates gates,
    WarmReturn warm)
        : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Cancel(endpointId);
        if (releases.IsPending(endpointId))
            return new Nothing(); // Since Leave with direct attach, or an earlier call.

        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { } record)
        {
            if (!await warm.TryReturnAsync(record))
                await ReleaseAsync(journal.Attachments.Find(endpointId) ?? record);
        }
        else if (await lost.FindAsync(endpointId, request.NetworkID ?? "", cancellationToken) is { } found)
        {
            await detacher.DetachAsync(found);
        }

        return new Nothing();
    }

    private async Task ReleaseAsync(AttachmentRecord record)
    {
        if (record.Phase != AttachmentPhase.Prepared && releases.MayDefer(record))
            releases.Defer(record);
        else
            await detacher.DetachAsync(record);
    }
}
