using System.Net;
using System.Numerics;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>How many addresses of a CNI network are left for containers and pods, where its IPAM plugin is host-local.</summary>
internal sealed class FreeAddresses(AddressStores stores)
{
    /// <returns>The smallest number of its subnets; null when the IPAM plugin does not show it.</returns>
    public async Task<BigInteger?> CountAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        if (IpamSection.TypeOf(network) != IpamConfiguration.HostLocal || HostLocalStore.Of(network) is not { } store
            || await stores.ReadAsync(store, cancellationToken) is not { } stored)
            return null;

        var taken = stored.Select(address => address.Address).ToArray();
        return CniSubnet.Of(network).Select(subnet => (BigInteger?)Free(AssignableRanges.Of(network, subnet.Subnet), subnet.Gateway, taken))
            .Min();
    }

    // host-local never assigns the gateway.
    private static BigInteger Free(AssignableRanges ranges, IPAddress? gateway, IReadOnlyList<IPAddress> taken)
    {
        var all = ranges.Ranges.Aggregate(BigInteger.Zero, (sum, range) => sum + ToNumber(range.Last) - ToNumber(range.First) + 1);
        return all - taken.Count(ranges.Contains) - (gateway is not null && ranges.Contains(gateway) ? 1 : 0);
    }

    private static BigInteger ToNumber(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
