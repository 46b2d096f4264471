using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>The CNI networks of a host, each with the Docker networks that stand for it.</summary>
/// <param name="Known">Every CNI network; often with one Docker network, possibly with none.</param>
/// <param name="Lost">Docker networks of this driver whose CNI network is gone, with its name where it is known.</param>
internal sealed record NetworkPairs(
    IReadOnlyList<(NetworkConfiguration Cni, IReadOnlyList<DockerNetwork> Docker)> Known,
    IReadOnlyList<(DockerNetwork Docker, string? CniNetwork)> Lost)
{
    private const string NullIpam = "null";

    /// <param name="contents">The CNI networks.</param>
    /// <param name="networks">The Docker networks of this driver.</param>
    public static NetworkPairs Of(ConfigurationDirectoryContents contents, IReadOnlyList<DockerNetwork> networks)
    {
        var named = networks
            .OrderBy(network => network.Name, StringComparer.Ordinal)
            .Select(network => (Docker: network, CniNetwork: StandsFor(network, contents)))
            .ToArray();
        // By name, a Docker network may stand for a network of another directory.
        var elsewhere = named.Select(pair => pair.CniNetwork).OfType<string>().Distinct(StringComparer.Ordinal)
            .Where(name => contents.Networks.All(network => network.Name != name))
            .Select(contents.Find).OfType<NetworkConfiguration>();
        return new NetworkPairs(
            [
                .. CniNetworks.Offered(contents).Concat(elsewhere).Select(cni => (
                    cni, (IReadOnlyList<DockerNetwork>)[.. named.Where(pair => pair.CniNetwork == cni.Name).Select(pair => pair.Docker)])),
            ],
            [.. named.Where(pair => pair.CniNetwork is null || contents.Find(pair.CniNetwork) is null)]);
    }

    /// <summary>The name of the CNI network in the options of a Docker network; null when they have none.</summary>
    public static string? NamedBy(DockerNetwork network) =>
        network.Options.GetValueOrDefault(NetworkOptions.CniNetworkKey)
            ?? network.IpamOptions.GetValueOrDefault(NetworkOptions.CniNetworkKey);

    /// <summary>
    /// The CNI network in the options of a Docker network; else the only one that declares its subnets; else the only one of the host, if
    /// the subnets fit. Null when none of these applies.
    /// </summary>
    public static string? StandsFor(DockerNetwork network, ConfigurationDirectoryContents contents) =>
        NamedBy(network)
        ?? CniNetworks.OnlyDeclaring(contents, [.. network.Pools.Select(pool => pool.Subnet)])
        ?? (CniNetworks.Offered(contents) is [var only] && MayBeOn(network, only) ? only.Name : null);

    /// <summary>
    /// Compares the subnets and gateways that Docker keeps from the creation of a network with the CNI network's file, which may have
    /// changed since.
    /// </summary>
    /// <returns>The difference and its remedy; null when there is none.</returns>
    public static string? Outdated(DockerNetwork docker, NetworkConfiguration cni)
    {
        if (docker.IpamDriver == NullIpam)
            return null; // Docker shows 0.0.0.0/0, from which it chooses no address.

        if (Delegates.WhyUnknown(cni) is not null)
            return null; // Only for now: the lease comes back.

        var declared = CniSubnet.Pools(cni);
        var source = Delegates.SourceOf(cni) is { } lease ? $" ({lease})" : "";
        var now = declared.Count == 0 ? "" : $": it has {string.Join(", ", declared.Select(subnet => subnet.Subnet))}{source}";
        var remedy = $"create it again (docker network rm {docker.Name}, then cnm-cni networks create)";
        foreach (var (subnet, gateway) in docker.Pools)
        {
            if (CniSubnet.ReadSubnet(subnet) is not { } pool)
                continue;

            // Docker's own IPAM may have been given a part of the subnet.
            if (declared.FirstOrDefault(candidate => Contains(candidate.Subnet, pool)) is not { } own)
                return $"Docker has subnet {subnet}, which the CNI network does not have (any more){now}; {remedy}";

            if (Cidr.TryAddressIn(gateway, out var address) && own.KnownGateway is { } gatewayOfCni && !address.Equals(gatewayOfCni))
                return $"Docker has gateway {address}, and the CNI network has {own.Gateway}: {remedy}";
        }

        return null;
    }

    // A network without a declared subnet was created for a CNI network that is gone, or whose file has changed.
    private static bool MayBeOn(DockerNetwork network, NetworkConfiguration only)
    {
        var declared = CniSubnet.Of(only);
        var pools = network.Pools.Select(pool => CniSubnet.ReadSubnet(pool.Subnet)).OfType<IPNetwork>().ToArray();
        return declared.Count == 0 || pools.Length == 0
            || pools.Any(pool => declared.Any(subnet => CniSubnet.Overlap(subnet.Subnet, pool)));
    }

    private static bool Contains(IPNetwork wider, IPNetwork pool) =>
        wider.BaseAddress.AddressFamily == pool.BaseAddress.AddressFamily && wider.PrefixLength <= pool.PrefixLength
            && wider.Contains(pool.BaseAddress);
}
