using Bridge.Adapter.Cnm;
using Bridge.Adapter.Networks;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network rm`. Forgets the network; refuses while attachments live, which Docker does not let happen by itself.
/// Docker ignores the answer and may never call at all: what is left is found by repair. Idempotent: an unknown network is success.
/// </summary>
internal sealed class DeleteNetwork(Journal journal, DeletedNetworks deleted) : ICnmMethod<DeleteNetworkRequest, Nothing>
{
    public Task<Nothing> InvokeAsync(DeleteNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var live = journal.Attachments.All.Where(record => record.NetworkId == networkId && record.Phase != AttachmentPhase.Deleting).ToArray();
        if (live.Length > 0)
        {
            throw new CnmException(
                $"network {DockerId.Short(networkId)} still has {live.Length} endpoints: " +
                $"{string.Join(", ", live.Select(record => record.ContainerName ?? DockerId.Short(record.EndpointId)))}.");
        }

        deleted.Add(networkId);
        journal.Networks.Remove(networkId);
        return Task.FromResult(new Nothing());
    }
}
