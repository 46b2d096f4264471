using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Checks of a Docker network's pools against its CNI network. Docker's own IPAM chooses addresses from its pool; outside the CNI network's
/// range the CNI network would not know these addresses, so the pool is refused, with the command to use instead.
/// </summary>
internal static class AddressPools
{
    public static void RequireFit(NetworkOptions options, NetworkConfiguration network, string driver)
    {
        if (options.Ipam == IpamMode.Null)
            return;

        if (options.Ipam == IpamMode.Cni)
        {
            RequireDeclared(options, network, driver);
            RequireIPv4Wanted(options, network);
            return;
        }

        var subnets = CniSubnet.Of(network);
        foreach (var pool in options.Pools)
        {
            var subnet = IPNetwork.TryParse(pool.Pool, out var chosen)
                ? subnets.FirstOrDefault(candidate => Includes(candidate.Subnet, chosen)) : null;
            if (subnet is null)
            {
                throw new CnmException(
                    $"Docker's own address management chose {pool.Pool}, which is outside the range of CNI network \"{network.Name}\" " +
                    $"({Range(subnets)}). Let the CNI network choose the addresses: " +
                    NetworkCommand.Best(driver, network, options.Attach));
            }

            if (pool.Gateway is { Length: > 0 } gateway && !(Cidr.TryAddressIn(gateway, out var address) && address.Equals(subnet.Gateway)))
            {
                throw new CnmException(
                    $"Docker's own address management chose gateway {gateway}, " +
                    $"but that of CNI network \"{network.Name}\" is {subnet.Gateway}. Add --gateway {subnet.Gateway}, " +
                    $"or let the CNI network choose: {NetworkCommand.Best(driver, network, options.Attach)}");
            }
        }

        RequireIPv4Wanted(options, network);
    }

    /// <summary>
    /// If two CNI networks have the same subnet, the subnet does not show that the addresses would come from the other network.
    /// </summary>
    /// <param name="ofPool">The CNI network that the IPAM driver used; null if unknown.</param>
    /// <param name="network">The CNI network that the network driver uses.</param>
    /// <param name="attach">For the command in the error text.</param>
    /// <param name="driver">The driver's name, for the same.</param>
    public static void RequireSameNetwork(string? ofPool, NetworkConfiguration network, AttachMode attach, string driver)
    {
        if (ofPool is not null && ofPool != network.Name)
        {
            throw new CnmException(
                $"-o names CNI network \"{network.Name}\", but the addresses would come from \"{ofPool}\". " +
                $"Name the same network in both options: {NetworkCommand.WithCni(driver, network, attach)}");
        }
    }

    // --ipv4=false means that containers must have no IPv4 address, and the plugins would assign one. The absence of --ipv6 means nothing:
    // it is the default, and a pod gets addresses of both families too.
    private static void RequireIPv4Wanted(NetworkOptions options, NetworkConfiguration network)
    {
        if (options.Pools.Count > 0 && options.Pools.All(pool => pool.Pool?.Contains(':') == true)
            && CniSubnet.Of(network).FirstOrDefault(subnet => subnet.Family == AddressFamily.InterNetwork) is { } ipv4)
        {
            throw new CnmException(
                $"the Docker network has no IPv4 (--ipv4=false), but CNI network \"{network.Name}\" assigns IPv4 addresses " +
                $"({ipv4.Subnet}) as well. Omit --ipv4=false, or name a CNI network without IPv4.");
        }
    }

    // RequestPool has run before, perhaps for another CNI network than the one that -o names.
    private static void RequireDeclared(NetworkOptions options, NetworkConfiguration network, string driver)
    {
        var declared = CniSubnet.Pools(network);
        foreach (var pool in options.Pools.Where(pool => !declared.Any(subnet => subnet.Subnet.ToString() == pool.Pool)))
        {
            throw new CnmException(
                $"subnet {pool.Pool} does not belong to CNI network \"{network.Name}\" ({Range(declared)}): " +
                $"-o and --ipam-opt name different networks. {NetworkCommand.WithCni(driver, network, options.Attach)}");
        }
    }

    private static bool Includes(IPNetwork subnet, IPNetwork pool) =>
        subnet.BaseAddress.AddressFamily == pool.BaseAddress.AddressFamily && subnet.PrefixLength <= pool.PrefixLength
            && subnet.Contains(pool.BaseAddress);

    private static string Range(IReadOnlyList<CniSubnet> subnets) =>
        subnets.Count == 0 ? "only its IPAM plugin knows it" : string.Join(", ", subnets.Select(subnet => subnet.Subnet));
}
