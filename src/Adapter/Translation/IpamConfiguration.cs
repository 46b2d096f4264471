using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>A network's configuration with another IPAM section; everything else stays as in the file.</summary>
internal static class IpamConfiguration
{
    private const string Ipam = "ipam";

    // The result format that has a field for everything.
    private const string RichestVersion = "1.1.0";

    /// <summary>The stock IPAM plugin that assigns the configured addresses.</summary>
    public const string Static = "static";

    /// <summary>The stock IPAM plugin that keeps its assignments in files on the host.</summary>
    public const string HostLocal = "host-local";

    /// <summary>The stock IPAM plugin that leases addresses, with a daemon that renews the leases.</summary>
    public const string Dhcp = "dhcp";

    /// <summary>
    /// With requested addresses in <c>args.cni.ips</c> of the plugin with the IPAM section (CNI CONVENTIONS.md): the only way to request
    /// several addresses without a declared capability.
    /// </summary>
    public static NetworkConfiguration WithRequested(NetworkConfiguration network, IEnumerable<string> addresses) => Edit(network, plugin =>
    {
        var args = plugin["args"] as JsonObject ?? [];
        var cni = args["cni"] as JsonObject ?? [];
        cni["ips"] = new JsonArray([.. addresses.Select(address => (JsonNode)JsonValue.Create(address))]);
        args["cni"] = cni.Parent is null ? cni : cni.DeepClone();
        plugin["args"] = args.Parent is null ? args : args.DeepClone();
    });

    /// <summary>
    /// With the plugin <see cref="Static"/> instead of its own IPAM plugin, which has assigned <paramref name="reserved"/> already.
    /// </summary>
    /// <param name="network">As in the file.</param>
    /// <param name="source">As the IPAM plugin was given it: the same, or the delegate's.</param>
    /// <param name="reserved">The result of its own IPAM plugin.</param>
    /// <param name="withoutIPv6">The container gets no IPv6 address.</param>
    public static NetworkConfiguration WithReserved(
        NetworkConfiguration network, NetworkConfiguration source, CniResult reserved, bool withoutIPv6 = false) => Edit(network, plugin =>
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
            {
            ipam["routes"] = new JsonArray([.. routes
                .Where(route => (string?)route?["dst"] is not { } destination || !destination.Contains(':'))
                    .Select(route => route?.DeepClone())]);
        }

        Delegates.Give(plugin, source, ipam);
    });

    /// <summary>With only the range sets of host-local that contain the addresses: host-local assigns one address of every set.</summary>
    public static NetworkConfiguration WithRangesOf(NetworkConfiguration network, IReadOnlyList<IPAddress> addresses) =>
        Edit(network, plugin =>
    {
        var ipam = plugin[Ipam]!.AsObject();
        bool IsWanted(JsonNode? range) => range is JsonObject json && IpamSection.Text(json, "subnet") is { } text
            && IPNetwork.TryParse(text, out var subnet) && addresses.Any(subnet.Contains);
        if (!IsWanted(ipam))
        {
            foreach (var key in (string[])["subnet", "rangeStart", "rangeEnd", "gateway"])
                ipam.Remove(key);
        }

        ipam["ranges"] = new JsonArray(
            [.. IpamSection.Items(ipam, "ranges").OfType<JsonArray>().Where(set => set.Any(IsWanted)).Select(set => set.DeepClone())]);
    });

    /// <summary>
    /// With an <c>ipam</c> section for a plugin that has none and delegates to host-local: host-local's store, and the subnets of the
    /// addresses.
    /// </summary>
    public static NetworkConfiguration WithHostLocal(
        NetworkConfiguration network, string dataDirectory, IEnumerable<CniIp> ips) => Edit(network, plugin => plugin[Ipam] = new JsonObject
    {
        ["type"] = HostLocal,
        ["dataDir"] = dataDirectory,
        ["ranges"] = new JsonArray([.. ips.Select(ip => $"{Cidr.BaseOf(ip.Address, ip.PrefixLength)}/{ip.PrefixLength}").Distinct()
            .Select(subnet => new JsonArray(new JsonObject { ["subnet"] = subnet }))]),
    });

    private static JsonObject Address(CniIp ip)
    {
        var json = new JsonObject { ["address"] = $"{ip.Address}/{ip.PrefixLength}" };
        if (ip.Gateway is { } gateway)
            json["gateway"] = gateway.ToString();

        return json;
    }

    private static NetworkConfiguration Edit(NetworkConfiguration network, Action<JsonObject> edit) => EditedNetwork.Of(network, plugins =>
    {
        var main = plugins[MainPlugin.IndexIn(network)];
        edit(main[Ipam] is JsonObject ? main : plugins.FirstOrDefault(plugin => plugin[Ipam] is JsonObject, main));
    });
}
