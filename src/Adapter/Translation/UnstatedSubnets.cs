using System.Net;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// IPAM plugins that give addresses from pools of a cluster, which no configuration states. They still run before the interface exists, as
/// host-local does; Docker gets a pool that contains every address, as from Calico's own driver for Docker.
/// </summary>
internal static class UnstatedSubnets
{
    // Their agents choose the addresses, whatever the ipam section says.
    private static readonly IReadOnlyList<string> AgentsOwn =
    [
        "antrea", "aws-cni", "azure-vnet", "azure-vnet-ipvlan", "cilium-cni", "genie", "kube-ovn", "multus-shim", "ovn-k8s-cni-overlay",
        "terway", "weave-net",
    ];

    // Without ranges of their own they give nothing.
    private static readonly IReadOnlyList<string> NeedingRanges = [IpamConfiguration.HostLocal, IpamConfiguration.Static];

    // Gateways are those of the projects' documentation, of pools without one the unspecified address.
    private static readonly IReadOnlyDictionary<string, (IPAddress Gateway, Func<JsonObject, bool> HasIPv4, Func<JsonObject, bool> HasIPv6)>
        Known = new Dictionary<string, (IPAddress, Func<JsonObject, bool>, Func<JsonObject, bool>)>
        {
            ["calico-ipam"] = (IPAddress.Parse("169.254.1.1"), ipam => !Says(ipam, "assign_ipv4", "false"),
                ipam => Says(ipam, "assign_ipv6", "true")),
            ["spiderpool"] = (IPAddress.Any, _ => true, ipam => ipam["default_ipv6_ippool"] is JsonArray { Count: > 0 }),
        };

    /// <returns>Why the chain itself must give the addresses, as the end of a sentence; null where its plugin has no agent that
    /// does.</returns>
    public static string? WhyAgents(PluginConfiguration main) =>
        AgentsOwn.Contains(main.Type) ? $"its plugin {main.Type} leaves the addresses to its agent" : null;

    /// <returns>Null if the network's IPAM plugin can reserve addresses of subnets that the configuration does not state; otherwise the
    /// reason, as the end of a sentence.</returns>
    public static string? WhyNot(PluginConfiguration main) => main switch
    {
        _ when WhyAgents(main) is { } reason => reason,
        _ when main.Json["ipam"] is JsonObject ipam && Says(ipam, "subnet", "usePodCidr") =>
            $"its plugin {main.Type} asks the Kubernetes API for the subnet (usePodCidr)",
        _ when main.IpamType is null || NeedingRanges.Contains(main.IpamType) =>
            $"its configuration does not state the subnet of its IPAM plugin {main.IpamType}",
        _ => null,
    };

    /// <returns>The pools that contain every address, IPv4 first; those that Docker is offered have
    /// <see cref="CniSubnet.IsOffered"/>.</returns>
    public static IReadOnlyList<CniSubnet> Of(PluginConfiguration main)
    {
        var (gateway, hasIPv4, hasIPv6) = Known.GetValueOrDefault(main.IpamType!, (IPAddress.Any, _ => true, _ => false));
        var ipam = main.Json["ipam"] as JsonObject ?? [];
        return
        [
            new(IPNetwork.Parse("0.0.0.0/0"), gateway) { HasGateway = !gateway.Equals(IPAddress.Any), IsOffered = hasIPv4(ipam) },
            new(IPNetwork.Parse("::/0"), IPAddress.IPv6Any) { IsOffered = hasIPv6(ipam) },
        ];
    }

    // Calico writes its booleans as texts.
    private static bool Says(JsonObject ipam, string key, string value) =>
        ipam[key] is JsonValue found && string.Equals(found.ToString(), value, StringComparison.OrdinalIgnoreCase);
}
