using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>A network's configuration with its IPAM said in other words; everything else stays as it was written.</summary>
internal static class IpamConfiguration
{
    private const string Ipam = "ipam";

    // The one shape of results that has a place for everything.
    private const string RichestVersion = "1.1.0";

    // As deep as the reader of configurations goes.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1024 };

    /// <summary>The stock IPAM plugin that answers what it is told.</summary>
    public const string Static = "static";

    /// <summary>The stock IPAM plugin that writes down on the host what it has given.</summary>
    public const string HostLocal = "host-local";

    /// <summary>The stock IPAM plugin that leases addresses, with a daemon that keeps the leases alive.</summary>
    public const string Dhcp = "dhcp";

    /// <summary>
    /// With addresses wished for in <c>args.cni.ips</c> of the plugin that has the IPAM, as the CNI conventions describe it: the one way of
    /// asking for several that needs no declared capability.
    /// </summary>
    public static NetworkConfiguration WithWishes(NetworkConfiguration network, IEnumerable<string> addresses) => Edit(network, plugin =>
    {
        var args = plugin["args"] as JsonObject ?? [];
        var cni = args["cni"] as JsonObject ?? [];
        cni["ips"] = new JsonArray([.. addresses.Select(address => (JsonNode)JsonValue.Create(address))]);
        args["cni"] = cni.Parent is null ? cni : cni.DeepClone();
        plugin["args"] = args.Parent is null ? args : args.DeepClone();
    });

    /// <summary>
    /// With the plugin <see cref="Static"/> in place of its own IPAM plugin, which has given <paramref name="reserved"/> already.
    /// </summary>
    /// <param name="network">As it was written.</param>
    /// <param name="reserved">The answer of its own IPAM plugin.</param>
    /// <param name="withoutIPv6">The container is to have none.</param>
    public static NetworkConfiguration WithReserved(NetworkConfiguration network, CniResult reserved, bool withoutIPv6 = false) => Edit(network, plugin =>
    {
        var addresses = reserved.Ips.Where(ip => !withoutIPv6 || ip.Address.AddressFamily == AddressFamily.InterNetwork);
        var ipam = new JsonObject
        {
            ["type"] = Static,
            ["addresses"] = new JsonArray([.. addresses.Select(ip => (JsonNode)Address(ip))]),
        };
        foreach (var part in (string[])["routes", "dns"])
        {
            if (reserved.ConvertTo(RichestVersion).Json[part] is { } value)
                ipam[part] = value.DeepClone();
        }

        if (withoutIPv6 && ipam["routes"] is JsonArray routes)
            ipam["routes"] = new JsonArray([.. routes.Where(route => (string?)route?["dst"] is not { } destination || !destination.Contains(':')).Select(route => route?.DeepClone())]);

        plugin[Ipam] = ipam;
    });

    /// <summary>
    /// With only those range sets of host-local's that the addresses are of: of each set that it is shown it gives an address.
    /// </summary>
    public static NetworkConfiguration WithRangesOf(NetworkConfiguration network, IReadOnlyList<IPAddress> addresses) => Edit(network, plugin =>
    {
        var ipam = plugin[Ipam]!.AsObject();
        bool IsWanted(JsonNode? range) => range is JsonObject json && IpamSection.Text(json, "subnet") is { } text
            && IPNetwork.TryParse(text, out var subnet) && addresses.Any(subnet.Contains);
        if (!IsWanted(ipam))
        {
            foreach (var key in (string[])["subnet", "rangeStart", "rangeEnd", "gateway"])
                ipam.Remove(key);
        }

        ipam["ranges"] = new JsonArray([.. IpamSection.Items(ipam, "ranges").OfType<JsonArray>().Where(set => set.Any(IsWanted)).Select(set => set.DeepClone())]);
    });

    /// <summary>
    /// With an <c>ipam</c> section for a plugin that has none and lets another one write addresses down: that one's store, and the subnets
    /// of these addresses.
    /// </summary>
    public static NetworkConfiguration WithHostLocal(NetworkConfiguration network, string dataDirectory, IEnumerable<CniIp> ips) => Edit(network, plugin => plugin[Ipam] = new JsonObject
    {
        ["type"] = HostLocal,
        ["dataDir"] = dataDirectory,
        ["ranges"] = new JsonArray([.. ips.Select(ip => $"{CniSubnet.BaseAddress(ip.Address, ip.PrefixLength)}/{ip.PrefixLength}").Distinct()
            .Select(subnet => new JsonArray(new JsonObject { ["subnet"] = subnet }))]),
    });

    private static JsonObject Address(CniIp ip)
    {
        var json = new JsonObject { ["address"] = $"{ip.Address}/{ip.PrefixLength}" };
        if (ip.Gateway is { } gateway)
            json["gateway"] = gateway.ToString();

        return json;
    }

    private static NetworkConfiguration Edit(NetworkConfiguration network, Action<JsonObject> edit)
    {
        var json = (JsonObject)JsonNode.Parse(network.ToUtf8Json().Span, documentOptions: Reading)!;
        var plugins = json["plugins"]!.AsArray();
        var main = plugins[network.Plugins.ToList().IndexOf(MainPlugin.Of(network))]!.AsObject();
        edit(main[Ipam] is JsonObject ? main : plugins.OfType<JsonObject>().FirstOrDefault(plugin => plugin[Ipam] is JsonObject, main));
        return NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), network.Source);
    }
}
