using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Docker keeps for ever the subnet and gateway that a network was made with; the CNI network's file may have been changed since.
/// </summary>
internal static class OutdatedPools
{
    private const string NullIpam = "null";

    /// <returns>Null while both agree.</returns>
    public static string? Describe(DockerNetwork docker, NetworkConfiguration cni)
    {
        if (docker.IpamDriver == NullIpam)
            return null; // It shows 0.0.0.0/0, and no address is chosen from that.

        var declared = CniSubnet.Of(cni);
        foreach (var (subnet, gateway) in docker.Pools)
        {
            if (CniSubnet.ReadSubnet(subnet) is not { } pool)
                continue;

            // Docker's own IPAM may have been given a part of it.
            if (declared.FirstOrDefault(candidate => Holds(candidate.Subnet, pool)) is not { } own)
                return $"Docker has subnet {subnet}, which the CNI network does not have (any more): {Remedy(docker)}";

            if (Cidr.TryAddressIn(gateway, out var told) && !told.Equals(own.Gateway))
                return $"Docker has gateway {told}, and the CNI network has {own.Gateway}: {Remedy(docker)}";
        }

        return null;
    }

    private static string Remedy(DockerNetwork docker) => $"make it again (docker network rm {docker.Name}, then cnm-cni networks create)";

    private static bool Holds(IPNetwork wider, IPNetwork pool) =>
        wider.BaseAddress.AddressFamily == pool.BaseAddress.AddressFamily && wider.PrefixLength <= pool.PrefixLength && wider.Contains(pool.BaseAddress);
}
