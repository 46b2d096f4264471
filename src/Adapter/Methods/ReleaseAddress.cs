using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker needs an address no longer. CNI: DEL of the IPAM plugin, with the last address of a reservation, and not before the attachment
/// that uses it is gone. Journal: the intent before, nothing left after. Docker ignores a failure; it stays recorded and is retried.
/// Idempotent: an unknown address or pool is success (Docker releases gateways too, and addresses that came from CreateEndpoint, those
/// without a pool).
/// </summary>
internal sealed class ReleaseAddress(
    Reservations reservations, LostAttachments lost, Detacher detacher, AttachmentGates gates, Journal journal) : ICnmMethod<ReleaseAddressRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(ReleaseAddressRequest request, CancellationToken cancellationToken)
    {
        if (request.PoolID.Length > 0 && CniPool.Parse(request.PoolID) is var pool && !await reservations.ReleaseAsync(pool, request.Address))
            await UndoLostAsync(pool, request.Address, cancellationToken);

        return new Nothing();
    }

    // Where the records of both are lost, the address and whatever was attached with it would stay for good.
    private async Task UndoLostAsync(CniPool pool, string address, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(address.Split('/')[0], out var ip) || await lost.FindByAddressAsync(pool.CniNetwork, ip, cancellationToken) is not { } found)
            return;

        using var passage = await gates.EnterAsync(found.EndpointId, cancellationToken);
        if (journal.Attachments.Find(found.EndpointId) is { } record)
            await detacher.DetachAsync(record);
    }

    /// <summary>The endpoint that has the address; null: none has it, or has had it.</summary>
    public string? EndpointOf(ReleaseAddressRequest request) =>
        CniPool.TryParse(request.PoolID) is { } pool ? reservations.EndpointOf(pool, request.Address) : null;
}
