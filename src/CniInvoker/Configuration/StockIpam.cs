using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Finds errors in <c>ipam</c> sections for the stock IPAM plugins, which would refuse them only at ADD. Applies only below stock plugins
/// that pass the section on unchanged; others rewrite it (Calico's "usePodCidr", flannel).
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
            null when plugin.Type == "ptp" => ["is missing; ptp requires it"],
            _ => [],
        };
        return problems.Select(problem => $"{network.Source}: the \"ipam\" section of plugin \"{plugin.Type}\" {problem}");
    }

    // Values of the wrong type are reported alone: the other checks read them.
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
            : HostLocalRanges.Problems(ipam, mayComeFromRuntime: plugin.Capabilities.Contains("ipRanges")).Concat(MissingFile(ipam));
    }

    private static IEnumerable<string> MissingFile(JsonObject ipam) => GoFields.All(ipam, "resolvConf").Select(value => (string?)value)
        .Where(path => path?.StartsWith('/') == true && !File.Exists(path))
        .Select(path => $"names the resolvConf {path}, which does not exist");

    private static IEnumerable<string> OfStatic(JsonObject ipam) =>
    [
        .. GoFields.Texts(ipam, "name"),
        .. GoFields.Lists(ipam, "addresses", Address),
        .. Routes(ipam),
        .. GoFields.All(ipam, "dns").SelectMany(Dns),
    ];

    private static IEnumerable<string> Address(JsonNode? item)
    {
        const string Missing = $"has an item of \"addresses\" without \"address\"; {GoFields.WriteCidr}";
        return item switch
        {
            null => [Missing],
            JsonObject address when !GoFields.All(address, "address").Any() => [Missing],
            JsonObject address => GoFields.Cidrs(address, "address", "address").Concat(GoFields.Addresses(address, "gateway")),
            _ => ["has \"addresses\" that are not objects; write [{\"address\": \"10.88.0.5/16\"}]"],
        };
    }

    private static IEnumerable<string> Routes(JsonObject ipam) => GoFields.Lists(ipam, "routes", item => item switch
    {
        JsonObject route when GoFields.All(route, "dst").Any() =>
            GoFields.Cidrs(route, "dst", "route to").Concat(GoFields.Addresses(route, "gw")),
        JsonObject => ["has a route without \"dst\""],
        _ => ["has \"routes\" that are not objects; write [{\"dst\": \"0.0.0.0/0\"}]"],
    });

    private static IEnumerable<string> Dns(JsonNode? value) => value switch
    {
        null => [],
        JsonObject dns => GoFields.Texts(dns, "domain").Concat(DnsLists.SelectMany(key => GoFields.Lists(
            dns, key, item => item is null || GoFields.IsText(item, out _) ? [] : [$"has \"{key}\" that are not strings"]))),
        _ => ["has a \"dns\" that is not an object"],
    };
}

/// <summary>
/// Checks JSON values against the fields of the stock IPAM plugins. Go matches field names in any letter case and refuses the whole text
/// for one value of the wrong type. Null is valid, except for the types that unmarshal themselves (plugins' types.IPNet).
/// </summary>
internal static class GoFields
{
    public const string WriteCidr = "write ADDRESS/LENGTH, such as 10.88.0.0/16";

    public static IEnumerable<string> Texts(JsonObject json, params string[] keys) => keys.SelectMany(key => All(json, key)
        .Where(value => value is not null && !IsText(value, out _))
        .Select(_ => $"has a \"{key}\" that is not a string"));

    public static IEnumerable<string> Addresses(JsonObject json, params string[] keys) => keys.SelectMany(key => All(json, key)
        .Where(value => value is not null && !(IsText(value, out var text) && (text.Length == 0 || GoAddress.TryParse(text, out _))))
        .Select(value => $"has a {key} that is not an address: {value!.ToJsonString()}"));

    public static IEnumerable<string> Cidrs(JsonObject json, string key, string label) => All(json, key)
        .Where(value => !(value is not null && IsText(value, out var text) && GoAddress.TryParseCidr(text, out _, out _)))
        .Select(value => $"has the {label} {value?.ToJsonString() ?? "null"}; {WriteCidr}");

    public static IEnumerable<string> Lists(JsonObject json, string key, Func<JsonNode?, IEnumerable<string>> problemsOfItem) =>
        All(json, key).SelectMany(value => value switch
        {
            null => [],
            JsonArray items => items.SelectMany(problemsOfItem),
            _ => [$"has \"{key}\" that are not a list"],
        });

    /// <summary>The values under every letter case of a name.</summary>
    public static IEnumerable<JsonNode?> All(JsonObject json, string key) =>
        json.Where(property => GoJson.Matches(property.Key, key)).Select(property => property.Value);

    public static bool IsText(JsonNode value, out string text)
    {
        text = "";
        return value is JsonValue scalar && scalar.TryGetValue(out text!);
    }
}
