using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker's own IPAM chooses from a pool of its own. That can only be right inside the CNI network's range: anything else would hand out
/// addresses which the CNI network does not know of, so it is refused with the command to type.
/// </summary>
internal static class AddressPools
{
    public static void RequireFit(NetworkOptions options, NetworkConfiguration network)
    {
        if (options.Ipam == IpamMode.Null)
            return;

        if (options.Ipam == IpamMode.Cni)
        {
            RequireSameNetwork(options, network);
            RequireIPv4Wanted(options, network);
            return;
        }

        var subnets = CniSubnet.Of(network);
        foreach (var pool in options.Pools)
        {
            var subnet = IPNetwork.TryParse(pool.Pool, out var wanted) ? subnets.FirstOrDefault(candidate => Holds(candidate.Subnet, wanted)) : null;
            if (subnet is null)
            {
                throw new CnmException(
                    $"Docker's own address management chose {pool.Pool}, " +
                    $"which CNI network \"{network.Name}\" ({Range(subnets)}) does not hand out. " +
                    $"Let the CNI network choose the addresses: {NetworkCommand.Best(network, options.Attach)}");
            }

            if (pool.Gateway is { Length: > 0 } gateway && !(IPAddress.TryParse(gateway.Split('/')[0], out var chosen) && chosen.Equals(subnet.Gateway)))
            {
                throw new CnmException(
                    $"Docker's own address management chose gateway {gateway}, " +
                    $"but that of CNI network \"{network.Name}\" is {subnet.Gateway}. Add --gateway {subnet.Gateway}, " +
                    $"or let the CNI network choose: {NetworkCommand.Best(network, options.Attach)}");
            }
        }

        RequireIPv4Wanted(options, network);
    }

    /// <summary>Where two CNI networks have one subnet, the subnet does not show that the addresses would be another's.</summary>
    /// <param name="asked">The CNI network that our IPAM was asked for; null when that is not known.</param>
    /// <param name="network">The one that the network driver is asked for.</param>
    /// <param name="attach">For the command to type.</param>
    public static void RequireAsked(string? asked, NetworkConfiguration network, AttachMode attach)
    {
        if (asked is not null && asked != network.Name)
        {
            throw new CnmException(
                $"-o means CNI network \"{network.Name}\", and the addresses would be those of \"{asked}\". " +
                $"Say the same to both: {NetworkCommand.WithCni(network, attach)}");
        }
    }

    // That says that containers are to have no IPv4 address, and plugins would give them one all the same. That --ipv6 was left out says nothing:
    // it is what everybody does, and a pod has both families.
    private static void RequireIPv4Wanted(NetworkOptions options, NetworkConfiguration network)
    {
        if (options.Pools.Count > 0 && options.Pools.All(pool => pool.Pool?.Contains(':') == true)
            && CniSubnet.Of(network).FirstOrDefault(subnet => subnet.Family == AddressFamily.InterNetwork) is { } given)
        {
            throw new CnmException(
                $"the Docker network is to be without IPv4 (--ipv4=false), and CNI network \"{network.Name}\" gives IPv4 addresses ({given.Subnet}) as well. " +
                "Leave --ipv4=false out, or name a CNI network without IPv4.");
        }
    }

    // Our own IPAM was asked before, perhaps for another CNI network than the one that -o names.
    private static void RequireSameNetwork(NetworkOptions options, NetworkConfiguration network)
    {
        var declared = CniSubnet.Of(network);
        foreach (var pool in options.Pools.Where(pool => !declared.Any(subnet => subnet.Subnet.ToString() == pool.Pool)))
        {
            throw new CnmException(
                $"subnet {pool.Pool} is not one of CNI network \"{network.Name}\" ({Range(declared)}): " +
                $"-o and --ipam-opt mean different networks. {NetworkCommand.WithCni(network, options.Attach)}");
        }
    }

    private static bool Holds(IPNetwork subnet, IPNetwork pool) =>
        subnet.BaseAddress.AddressFamily == pool.BaseAddress.AddressFamily && subnet.PrefixLength <= pool.PrefixLength && subnet.Contains(pool.BaseAddress);

    private static string Range(IReadOnlyList<CniSubnet> subnets) =>
        subnets.Count == 0 ? "whose range only its IPAM plugin knows" : string.Join(", ", subnets.Select(subnet => subnet.Subnet));
}
