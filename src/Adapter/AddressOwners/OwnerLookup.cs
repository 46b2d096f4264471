using System.Net;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.AddressOwners;

/// <summary>
/// Finds the owner of one address, for the error text when a requested address was refused. Asks the journal, the IPAM plugin's store and
/// the container runtime, but not Docker, which may be waiting for this call.
/// </summary>
internal sealed class OwnerLookup(JournalOwners own, ConfigurationDirectory configurations, AddressStores stores, PodRuntime pods)
{
    /// <param name="cniNetwork">Name of the CNI network.</param>
    /// <param name="address">The address.</param>
    /// <param name="exceptContainerId">The CNI container id that requested the address, which does not count as its owner.</param>
    /// <param name="cancellationToken">Stops the lookup.</param>
    /// <returns>
    /// <see cref="AddressOwner.Description"/> of the owner; null when none is known. Takes two seconds at most, and does not fail.
    /// </returns>
    public async Task<string?> DescribeAsync(
        string cniNetwork, IPAddress address, string? exceptContainerId, CancellationToken cancellationToken)
    {
        var ours = own.All.Where(owner => owner.ContainerId != exceptContainerId).ToArray();
        if (ours.FirstOrDefault(owner => owner.CniNetwork == cniNetwork && owner.Addresses.Contains(address)) is { } known)
            return known.Description;

        if (configurations.Load().Find(cniNetwork) is not { } network)
            return null;

        var subnets = CniSubnet.Of(network);
        if (subnets.Any(subnet => subnet.Gateway.Equals(address)))
            return "the network's gateway";

        if (await stores.FindAsync(network, address, cancellationToken) is { } stored)
            return stored.OwnerId is null || stored.OwnerId != exceptContainerId
                ? await DescribeAsync(stored.OwnerId, ours, cancellationToken)
                : null;

        var listing = subnets.Any(subnet => subnet.Subnet.Contains(address)) ? await pods.ListAsync(cancellationToken) : default;
        return listing.Pods?.FirstOrDefault(pod => pod.Addresses.Contains(address))?.Description;
    }

    private async Task<string> DescribeAsync(string? ownerId, AddressOwner[] ours, CancellationToken cancellationToken)
    {
        var owner = ownerId is null ? null : ours.FirstOrDefault(owner => owner.ContainerId == ownerId)
            ?? await pods.FindAsync(ownerId, cancellationToken);
        return (owner ?? AddressOwner.Other(ownerId)).Description;
    }
}
