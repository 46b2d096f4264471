using System.Net;
using Bridge.Adapter.Pods;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Neighbours;

/// <summary>
/// Who has an address, for the person whose wish for it was refused. Asks the journal, the IPAM plugin's store and the container runtime,
/// never Docker.
/// </summary>
internal sealed class AddressHolders(OwnHolders own, ConfigurationDirectory configurations, AddressStores stores, PodRuntime pods)
{
    /// <param name="cniNetwork">Name of the CNI network.</param>
    /// <param name="address">The address.</param>
    /// <param name="exceptContainerId">The CNI container id for which it is asked: whatever that one has already is no answer.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>For the middle of a sentence, such as <c>container web</c> or <c>pod default/web</c>; null when nobody is known to have
    /// it. Takes a second or two at most, and never fails.</returns>
    public async Task<string?> DescribeAsync(string cniNetwork, IPAddress address, string? exceptContainerId, CancellationToken cancellationToken)
    {
        var ours = own.All.Where(holder => holder.ContainerId != exceptContainerId).ToArray();
        if (ours.FirstOrDefault(holder => holder.CniNetwork == cniNetwork && holder.Addresses.Contains(address)) is { } known)
            return known.Description;

        if (configurations.Load().Find(cniNetwork) is not { } network)
            return null;

        var subnets = CniSubnet.Of(network);
        if (subnets.Any(subnet => subnet.Gateway.Equals(address)))
            return "the network's gateway";

        if (await stores.FindAsync(network, address, cancellationToken) is { } stored)
            return stored.OwnerId is null || stored.OwnerId != exceptContainerId ? await DescribeAsync(stored, ours, cancellationToken) : null;

        var listing = subnets.Any(subnet => subnet.Subnet.Contains(address)) ? await pods.ListAsync(cancellationToken) : null;
        return listing?.Pods.FirstOrDefault(pod => pod.Addresses.Contains(address)) is { } pod ? Describe(pod) : null;
    }

    private async Task<string> DescribeAsync(StoredAddress stored, OwnHolder[] ours, CancellationToken cancellationToken)
    {
        if (stored.OwnerId is not { } ownerId)
            return "somebody whom the IPAM plugin does not name";

        return ours.FirstOrDefault(holder => holder.ContainerId == ownerId)?.Description
            ?? (await pods.FindAsync(ownerId, cancellationToken) is { } pod ? Describe(pod) : $"container id {ownerId} of another runtime");
    }

    private static string Describe(Pod pod) => $"pod {pod.FullName}";
}
