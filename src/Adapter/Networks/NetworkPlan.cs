using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>How the Docker network for a CNI network is made.</summary>
/// <param name="CniNetwork">The CNI network's name.</param>
/// <param name="Subnets">What is told to Docker, at most one of each family, so that <c>docker run --ip</c> works; empty with the null
/// IPAM, which takes none.</param>
/// <param name="WhyNull">Why the null IPAM is used, as the end of a sentence; null when addresses are reserved ahead.</param>
internal sealed record NetworkPlan(string CniNetwork, IReadOnlyList<CniSubnet> Subnets, string? WhyNull)
{
    private const string NullIpam = "null";
    private const string InSandbox = "sandbox";

    /// <summary>Why its plugins run in the container's own namespace, as the end of a sentence; null when that need not be.</summary>
    public string? WhyInSandbox { get; init; }

    /// <summary>Addresses are reserved ahead where that is possible.</summary>
    /// <param name="network">The CNI network.</param>
    /// <param name="hasIPv6Alone">Whether this Docker knows networks without IPv4; asked for only when <see cref="IsIPv6Alone"/>.</param>
    /// <param name="sandboxPlugins">Plugins that the settings say belong into the container's own namespace.</param>
    public static NetworkPlan Of(NetworkConfiguration network, bool hasIPv6Alone, IReadOnlyList<string> sandboxPlugins)
    {
        var why = NetworkSupport.WhyNotReserved(network)
            ?? (IsIPv6Alone(network) && !hasIPv6Alone ? "it has no IPv4 subnet, and only from version 28 on can Docker's own book-keeping do without one" : null);
        return new NetworkPlan(network.Name, why is null ? CniSubnet.Offered(network) : [], why) { WhyInSandbox = NetworkSupport.WhyNotStaged(network, sandboxPlugins) };
    }

    /// <summary>For those who ask for the null IPAM.</summary>
    public static NetworkPlan WithNullIpam(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins) =>
        new(network.Name, [], "that was asked for") { WhyInSandbox = NetworkSupport.WhyNotStaged(network, sandboxPlugins) };

    public static bool IsIPv6Alone(NetworkConfiguration network) => CniSubnet.Offered(network) is [{ Family: AddressFamily.InterNetworkV6 }];

    /// <summary>All that a Docker network made by it depends on, in one line.</summary>
    public string Summary => $"{(WhyNull is null ? Listed(_ => true) : NullIpam)}{(WhyInSandbox is null ? "" : $", {NetworkOptions.AttachKey}={InSandbox}")}";

    /// <summary>The subnets, with the gateways that there are, in one line.</summary>
    public string Pools => WhyNull is null ? Listed(subnet => subnet.HasGateway) : NullIpam;

    /// <param name="name">The Docker network's name.</param>
    /// <param name="driver">This driver's name, which is that of its IPAM driver as well.</param>
    /// <param name="options">Further options, which win.</param>
    /// <param name="labels">Its labels.</param>
    public NewNetwork ToDocker(string name, string driver, IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> labels)
    {
        var standsFor = new Dictionary<string, string> { [NetworkOptions.CniNetworkKey] = CniNetwork };
        var chosen = new Dictionary<string, string>(standsFor);
        if (WhyInSandbox is not null)
            chosen[NetworkOptions.AttachKey] = InSandbox;

        foreach (var (key, value) in options)
            chosen[key] = value;

        return new NewNetwork(
            name,
            driver,
            chosen,
            WhyNull is null ? driver : NullIpam,
            WhyNull is null ? standsFor : [],
            labels,
            [.. Subnets.Select(subnet => (subnet.Subnet, Inside(subnet)))])
        {
            IPv4 = WhyNull is not null || Subnets.Any(subnet => subnet.Family == AddressFamily.InterNetwork),
            // The null IPAM of engines before 28 refuses IPv6; addresses that the driver tells afterwards are taken all the same.
            IPv6 = Subnets.Any(subnet => subnet.Family == AddressFamily.InterNetworkV6),
        };
    }

    // Docker is told a gateway for every subnet, so that it gives the address to nobody.
    private string Listed(Func<CniSubnet, bool> tellsGateway) =>
        string.Join(", ", Subnets.Select(subnet => tellsGateway(subnet) ? $"{subnet.Subnet} via {subnet.Gateway}" : $"{subnet.Subnet}"));

    private static IPAddress? Inside(CniSubnet subnet) => subnet.Subnet.Contains(subnet.Gateway) ? subnet.Gateway : null;
}
