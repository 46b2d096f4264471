using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker lets go of a pool: a network is removed, or was not made after all. Nothing is kept for a pool, so nothing is released.
/// Idempotent.
/// </summary>
internal sealed class ReleasePool(PoolRequests requests) : ICnmMethod<ReleasePoolRequest, Nothing>
{
    public Task<Nothing> InvokeAsync(ReleasePoolRequest request, CancellationToken cancellationToken)
    {
        requests.Settle();
        return Task.FromResult(new Nothing());
    }
}
