using System.Net;
using System.Numerics;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Ipam;

/// <summary>How many addresses of a CNI network are left for containers and pods, where its IPAM plugin is host-local.</summary>
internal sealed class FreeAddresses(AddressStores stores)
{
    /// <returns>The smallest number of its subnets; null when the IPAM plugin does not show it.</returns>
    public async Task<BigInteger?> CountAsync(NetworkConfiguration network, CancellationToken cancellationToken) =>
        (await BySubnetAsync(network, cancellationToken))?.Min(subnet => (BigInteger?)subnet.Free);

    /// <returns>Null when the IPAM plugin does not show it.</returns>
    public async Task<IReadOnlyList<FreeSubnet>?> BySubnetAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        if (IpamSection.TypeOf(network) != IpamConfiguration.HostLocal || HostLocalStore.Of(network) is not { } store
            || await stores.ReadAsync(store, cancellationToken) is not { } stored)
            return null;

        var taken = stored.Select(address => address.Address).ToArray();
        return [.. CniSubnet.Of(network).Select(subnet => Count(subnet, AssignableRanges.Of(network, subnet.Subnet), taken))];
    }

    // host-local never assigns the gateway.
    private static FreeSubnet Count(CniSubnet subnet, AssignableRanges ranges, IReadOnlyList<IPAddress> taken)
    {
        var all = ranges.Ranges.Aggregate(BigInteger.Zero, (sum, range) => sum + ToNumber(range.Last) - ToNumber(range.First) + 1)
            - (ranges.Contains(subnet.Gateway) ? 1 : 0);
        return new FreeSubnet(subnet.Subnet, all - taken.Count(ranges.Contains), all);
    }

    private static BigInteger ToNumber(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}

/// <summary>A subnet of a CNI network, and what its IPAM plugin has left of it.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="Free">How many addresses nobody has; negative where the store has some that cannot be assigned.</param>
/// <param name="All">How many the plugin may assign.</param>
internal sealed record FreeSubnet(IPNetwork Subnet, BigInteger Free, BigInteger All);
