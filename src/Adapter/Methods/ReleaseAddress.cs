using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker needs an address no longer. CNI: DEL of the IPAM plugin, with the last address of a reservation, and not before the attachment
/// that uses it is gone. Journal: the intent before, nothing left after. Docker ignores a failure; it stays recorded and is retried.
/// Idempotent: an unknown address or pool is success (Docker releases gateways too, and addresses that came from CreateEndpoint, those
/// without a pool).
/// </summary>
internal sealed class ReleaseAddress(Reservations reservations) : ICnmMethod<ReleaseAddressRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(ReleaseAddressRequest request, CancellationToken cancellationToken)
    {
        if (request.PoolID.Length > 0)
        {
            await reservations.ReleaseAsync(CniPool.Parse(request.PoolID), request.Address);
        }

        return new Nothing();
    }

    /// <summary>The endpoint that has the address; null: none has it, or has had it.</summary>
    public string? EndpointOf(ReleaseAddressRequest request) =>
        CniPool.TryParse(request.PoolID) is { } pool ? reservations.EndpointOf(pool, request.Address) : null;
}
