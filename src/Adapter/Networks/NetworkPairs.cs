using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>The CNI networks of a host beside the Docker networks that stand for them.</summary>
/// <param name="Known">Every CNI network, with the Docker networks on it; often one, possibly none.</param>
/// <param name="Lost">Docker networks of this driver whose CNI network is not there, with its name where it is known.</param>
internal sealed record NetworkPairs(
    IReadOnlyList<(NetworkConfiguration Cni, IReadOnlyList<DockerNetwork> Docker)> Known,
    IReadOnlyList<(DockerNetwork Docker, string? CniNetwork)> Lost)
{
    /// <param name="contents">The CNI networks.</param>
    /// <param name="networks">The Docker networks of this driver.</param>
    public static NetworkPairs Of(ConfigurationDirectoryContents contents, IReadOnlyList<DockerNetwork> networks)
    {
        var named = networks
            .OrderBy(network => network.Name, StringComparer.Ordinal)
            .Select(network => (Docker: network, CniNetwork: StandsFor(network, contents)))
            .ToArray();
        return new NetworkPairs(
            [.. CniNetworks.Offered(contents).Select(cni => (cni, (IReadOnlyList<DockerNetwork>)[.. named.Where(pair => pair.CniNetwork == cni.Name).Select(pair => pair.Docker)]))],
            [.. named.Where(pair => pair.CniNetwork is null || contents.Find(pair.CniNetwork) is null)]);
    }

    /// <summary>The name of the CNI network that a Docker network was given when it was made; null when it was given none.</summary>
    public static string? NamedBy(DockerNetwork network) =>
        network.Options.GetValueOrDefault(NetworkOptions.CniNetworkKey) ?? network.IpamOptions.GetValueOrDefault(NetworkOptions.CniNetworkKey);

    /// <summary>
    /// The one it names, the only one that declares its subnets, or the only one that there is where its subnets fit; null when that cannot
    /// be told.
    /// </summary>
    public static string? StandsFor(DockerNetwork network, ConfigurationDirectoryContents contents) =>
        NamedBy(network)
        ?? CniNetworks.OnlyDeclaring(contents, [.. network.Pools.Select(pool => pool.Subnet)])
        ?? (CniNetworks.Offered(contents) is [var only] && MayBeOn(network, only) ? only.Name : null);

    // A network with none of the subnets that are declared was made for one that is gone; or its file was changed since, which is as bad.
    private static bool MayBeOn(DockerNetwork network, NetworkConfiguration only)
    {
        var declared = CniSubnet.Of(only);
        var pools = network.Pools.Select(pool => CniSubnet.ReadSubnet(pool.Subnet)).OfType<IPNetwork>().ToArray();
        return declared.Count == 0 || pools.Length == 0 || pools.Any(pool => declared.Any(subnet => CniSubnet.Overlap(subnet.Subnet, pool)));
    }
}
