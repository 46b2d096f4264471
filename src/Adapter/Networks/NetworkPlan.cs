using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>The options of the Docker network for a CNI network.</summary>
/// <param name="CniNetwork">The CNI network's name.</param>
/// <param name="Subnets">The subnets for Docker, at most one of each family, so that <c>docker run --ip</c> works; empty with the null
/// IPAM.</param>
/// <param name="WhyNull">Why the null IPAM is used, as the end of a sentence; null when addresses are reserved ahead.</param>
internal sealed record NetworkPlan(string CniNetwork, IReadOnlyList<CniSubnet> Subnets, string? WhyNull)
{
    private const string NullIpam = "null";
    private const string InSandbox = "sandbox";

    /// <summary>Why its plugins must run in the container's own namespace, as the end of a sentence; null when they need not.</summary>
    public string? WhyInSandbox { get; init; }

    /// <summary>Addresses are reserved ahead where that is possible.</summary>
    /// <param name="network">The CNI network.</param>
    /// <param name="hasIPv6Alone">Whether Docker supports networks without IPv4; matters only when <see cref="IsIPv6Alone"/>.</param>
    /// <param name="sandboxPlugins">The setting <c>sandboxPlugins</c>: plugins that must run in the container's own namespace.</param>
    public static NetworkPlan Of(NetworkConfiguration network, bool hasIPv6Alone, IReadOnlyList<string> sandboxPlugins)
    {
        var why = NetworkSupport.WhyNotReserved(network)
            ?? (IsIPv6Alone(network) && !hasIPv6Alone ? "it has no IPv4 subnet, which Docker requires before version 28" : null);
        return new NetworkPlan(network.Name, why is null ? CniSubnet.Offered(network) : [], why)
            { WhyInSandbox = NetworkSupport.WhyNotStaged(network, sandboxPlugins) };
    }

    public static NetworkPlan WithNullIpam(NetworkConfiguration network, IReadOnlyList<string> sandboxPlugins) =>
        new(network.Name, [], "it was requested") { WhyInSandbox = NetworkSupport.WhyNotStaged(network, sandboxPlugins) };

    public static bool IsIPv6Alone(NetworkConfiguration network) =>
        CniSubnet.Offered(network) is [{ Family: AddressFamily.InterNetworkV6 }];

    /// <summary>The plan in one line. When it changes, the Docker network must be created again.</summary>
    public string Summary =>
        $"{(WhyNull is null ? Listed(_ => true) : NullIpam)}{(WhyInSandbox is null ? "" : $", {NetworkOptions.AttachKey}={InSandbox}")}";

    /// <summary>The subnets, with the gateways that there are, in one line.</summary>
    public string Pools => WhyNull is null ? Listed(subnet => subnet.HasGateway) : NullIpam;

    /// <param name="name">The Docker network's name.</param>
    /// <param name="driver">The name of cnm-cni as network driver and as IPAM driver.</param>
    /// <param name="options">Further options, which take precedence.</param>
    /// <param name="labels">Its labels.</param>
    public NewNetwork ToDocker(
        string name, string driver, IReadOnlyDictionary<string, string> options, IReadOnlyDictionary<string, string> labels)
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
            // The null IPAM of engines before 28 refuses IPv6; they still accept IPv6 addresses from the driver.
            IPv6 = Subnets.Any(subnet => subnet.Family == AddressFamily.InterNetworkV6),
        };
    }

    // Every subnet has a gateway for Docker, so that Docker gives the address to no container.
    private string Listed(Func<CniSubnet, bool> showsGateway) =>
        string.Join(", ", Subnets.Select(subnet => showsGateway(subnet) && subnet.KnownGateway is { } gateway
            ? $"{subnet.Subnet} via {gateway}"
            : $"{subnet.Subnet}"));

    private static IPAddress? Inside(CniSubnet subnet) =>
        subnet.KnownGateway is { } gateway && subnet.Subnet.Contains(gateway) ? gateway : null;
}
