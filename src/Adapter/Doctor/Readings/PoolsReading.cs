using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Ipam;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The subnets of CNI networks with the IPAM plugin host-local, and what is left of them.</summary>
internal sealed record PoolsReading(IReadOnlyList<(string Network, FreeSubnet Subnet, string Store)> Subnets)
{
    public static async Task<PoolsReading> ReadAsync(
        IReadOnlyList<NetworkConfiguration> networks, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var free = new FreeAddresses(new AddressStores(timeProvider));
        var subnets = new List<(string, FreeSubnet, string)>();
        foreach (var network in networks)
        {
            if (HostLocalStore.Of(network) is { } store && await free.BySubnetAsync(network, cancellationToken) is { } counted)
                subnets.AddRange(counted.Select(subnet => (network.Name, subnet, store.Path)));
        }

        return new PoolsReading(subnets);
    }
}
