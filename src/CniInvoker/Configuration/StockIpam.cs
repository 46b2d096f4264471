using System.Net;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// What the stock IPAM plugins would refuse in their <c>ipam</c> section at ADD, when a container waits. Judged only under the stock plugins that hand the section on
/// as it is: others write it anew (Calico's "usePodCidr", flannel).
/// </summary>
internal static class StockIpam
{
    private static readonly string[] PassingOn = ["bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "tap", "dummy"];

    private static readonly string[] DnsLists = ["nameservers", "search", "options"];

    public static IEnumerable<string> Problems(NetworkConfiguration network) =>
        network.Plugins.Where(plugin => PassingOn.Contains(plugin.Type)).SelectMany(plugin => OfPlugin(network, plugin));

    private static IEnumerable<string> OfPlugin(NetworkConfiguration network, PluginConfiguration plugin)
    {
        var ipam = GoFields.All(plugin.Text, "ipam").LastOrDefault() as JsonObject;
        IEnumerable<string> problems = plugin.IpamType switch
        {
            "host-local" => OfHostLocal(ipam!, plugin),
            "static" => OfStatic(ipam!),
            null when plugin.Type == "ptp" => ["is missing, and ptp cannot do without"],
            _ => [],
        };
        return problems.Select(problem => $"{network.Source}: the \"ipam\" section of plugin \"{plugin.Type}\" {problem}");
    }

    // What cannot be read at all is told alone.
    private static IEnumerable<string> OfHostLocal(JsonObject ipam, PluginConfiguration plugin)
    {
        string[] unreadable =
        [
            .. GoFields.Texts(ipam, "name", "dataDir", "resolvConf"),
            .. HostLocalRanges.Unreadable(ipam),
            .. Routes(ipam),
        ];
        return unreadable.Length > 0
            ? unreadable
            : HostLocalRanges.Problems(ipam, isFilledIn: plugin.Capabilities.Contains("ipRanges")).Concat(MissingFile(ipam));
    }

    private static IEnumerable<string> MissingFile(JsonObject ipam) => GoFields.All(ipam, "resolvConf").Select(value => (string?)value)
        .Where(path => path?.StartsWith('/') == true && !File.Exists(path))
        .Select(path => $"names the resolvConf {path}, and there is no such file");

    private static IEnumerable<string> OfStatic(JsonObject ipam) =>
    [
        .. GoFields.Texts(ipam, "name"),
        .. GoFields.Lists(ipam, "addresses", Address),
        .. Routes(ipam),
        .. GoFields.All(ipam, "dns").SelectMany(Dns),
    ];

    private static IEnumerable<string> Address(JsonNode? item)
    {
        const string Missing = $"has an address that is missing, and {GoFields.Cidr}";
        return item switch
        {
            null => [Missing],
            JsonObject address when !GoFields.All(address, "address").Any() => [Missing],
            JsonObject address => GoFields.Cidrs(address, "address", "address").Concat(GoFields.Addresses(address, "gateway")),
            _ => ["has \"addresses\" that are no objects: [{\"address\": \"10.88.0.5/16\"}]"],
        };
    }

    private static IEnumerable<string> Routes(JsonObject ipam) => GoFields.Lists(ipam, "routes", item => item switch
    {
        JsonObject route when GoFields.All(route, "dst").Any() => GoFields.Cidrs(route, "dst", "route to").Concat(GoFields.Addresses(route, "gw")),
        JsonObject => ["has a route without \"dst\""],
        _ => ["has \"routes\" that are no objects: [{\"dst\": \"0.0.0.0/0\"}]"],
    });

    private static IEnumerable<string> Dns(JsonNode? value) => value switch
    {
        null => [],
        JsonObject dns => GoFields.Texts(dns, "domain").Concat(DnsLists.SelectMany(key =>
            GoFields.Lists(dns, key, item => item is null || (item is JsonValue text && text.TryGetValue(out string? _)) ? [] : [$"has \"{key}\" that are no texts"]))),
        _ => ["has a \"dns\" that is no object"],
    };
}
