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
    private static readonly string[] Ends = ["rangeStart", "rangeEnd"];

    // Each is compared with each.
    private const int MostCompared = 200;

    public static IEnumerable<string> Problems(NetworkConfiguration network) =>
        network.Plugins.Where(plugin => PassingOn.Contains(plugin.Type)).SelectMany(plugin => OfPlugin(network, plugin));

    private static IEnumerable<string> OfPlugin(NetworkConfiguration network, PluginConfiguration plugin)
    {
        var ipam = Field(plugin.Text, "ipam") as JsonObject;
        IEnumerable<string> problems = plugin.IpamType switch
        {
            "host-local" => Ranges(ipam!, plugin).Concat(Routes(ipam!)),
            "static" => Addresses(ipam!).Concat(Routes(ipam!)),
            null when plugin.Type == "ptp" => ["is missing, and ptp cannot do without"],
            _ => [],
        };
        return problems.Select(problem => $"{network.Source}: the \"ipam\" section of plugin \"{plugin.Type}\" {problem}");
    }

    // A section may have the shape of its first version, "subnet" beside "type", or sets of ranges, or both; or the runtime says them.
    private static IEnumerable<string> Ranges(JsonObject ipam, PluginConfiguration plugin)
    {
        if (Items(ipam, "ranges").Any(set => set is not JsonArray))
        {
            yield return "has \"ranges\" that are no list of lists: [[{\"subnet\": \"10.88.0.0/16\"}]]";
            yield break;
        }

        var sets = Items(ipam, "ranges").Cast<JsonArray>().ToList();
        var single = Text(ipam, "subnet") is not null;
        if (!single && sets.Count == 0 && !plugin.Capabilities.Contains("ipRanges"))
        {
            yield return "names no range to give addresses from: \"ranges\": [[{\"subnet\": \"10.88.0.0/16\"}]]";
        }

        if (sets.Any(set => set.Count == 0))
        {
            yield return "has an empty set of ranges";
        }

        var ranges = sets.SelectMany(set => set).OfType<JsonObject>().Concat(single ? [ipam] : []).ToArray();
        var problems = ranges.Select(Range).OfType<string>().ToArray();
        foreach (var problem in problems.Length > 0 ? problems : Together(sets, ranges))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Together(IEnumerable<JsonArray> sets, JsonObject[] ranges)
    {
        if (sets.Any(set => set.OfType<JsonObject>().Select(range => Subnet(range).BaseAddress.AddressFamily).Distinct().Count() > 1))
        {
            yield return "has IPv4 and IPv6 in one set of ranges: each needs a set of its own, [[{…}], [{…}]]";
        }

        var overlap = ranges.Take(MostCompared).SelectMany((range, index) => ranges.Take(MostCompared).Skip(index + 1).Select(other => (range, other))).FirstOrDefault(pair => Overlap(pair.range, pair.other));
        if (overlap.range is not null)
        {
            yield return $"has ranges that overlap: in {Text(overlap.range, "subnet")} and {Text(overlap.other, "subnet")}";
        }
    }

    private static bool Overlap(JsonObject one, JsonObject other) => Subnet(one).BaseAddress.AddressFamily == Subnet(other).BaseAddress.AddressFamily
        && First(one) <= Last(other) && First(other) <= Last(one);

    private static UInt128 First(JsonObject range) => End(range, "rangeStart") ?? Number(Subnet(range).BaseAddress);

    private static UInt128 Last(JsonObject range)
    {
        var subnet = Subnet(range);
        return End(range, "rangeEnd") ?? Number(subnet.BaseAddress) + ((UInt128.One << ((subnet.BaseAddress.GetAddressBytes().Length * 8) - subnet.PrefixLength)) - 1);
    }

    private static UInt128? End(JsonObject range, string key) => Text(range, key) is { Length: > 0 } text ? Number(IPAddress.Parse(text)) : null;

    private static UInt128 Number(IPAddress address) => address.GetAddressBytes().Aggregate(UInt128.Zero, (number, part) => (number << 8) | part);

    private static IPNetwork Subnet(JsonObject range) => IPNetwork.Parse(Text(range, "subnet")!);

    private static string? Range(JsonObject range)
    {
        var text = Text(range, "subnet");
        if (text is null || !TryAddress(text, out var address, out var length))
        {
            return text is null ? "has a range without \"subnet\"" : $"has the subnet \"{text}\", which is not ADDRESS/LENGTH, such as 10.88.0.0/16";
        }

        if (!IPNetwork.TryParse(text, out var subnet) || !subnet.BaseAddress.Equals(address))
        {
            return $"has the subnet {text}, which has bits behind its length: {address} is an address in it";
        }

        var outside = Ends.FirstOrDefault(key => Text(range, key) is { Length: > 0 } end && !(IPAddress.TryParse(end, out var ip) && subnet.Contains(ip)));
        return outside is not null ? $"has a {outside} that is not in the subnet {text}: {Text(range, outside)}"
            : Text(range, "gateway") is { Length: > 0 } gateway && !IPAddress.TryParse(gateway, out _) ? $"has a gateway that is no address: \"{gateway}\""
            : First(range) > Last(range) ? $"has a rangeEnd before its rangeStart in the subnet {text}"
            : length > (address.GetAddressBytes().Length * 8) - 2 ? $"has the subnet {text}, which is too small to give addresses from"
            : null;
    }

    private static IEnumerable<string> Addresses(JsonObject ipam) => Items(ipam, "addresses").OfType<JsonObject>()
        .Select(address => Text(address, "address"))
        .Where(address => address is null || !TryAddress(address, out _, out _))
        .Select(address => $"has {(address is null ? "an address that is missing" : $"the address \"{address}\"")}, and ADDRESS/LENGTH is asked for, such as 10.88.0.5/16");

    private static IEnumerable<string> Routes(JsonObject ipam) => Items(ipam, "routes").OfType<JsonObject>()
        .Where(route => Text(route, "dst") is { } destination && !TryAddress(destination, out _, out _))
        .Select(route => $"has a route to \"{Text(route, "dst")}\", and ADDRESS/LENGTH is asked for, such as 0.0.0.0/0");

    private static bool TryAddress(string text, out IPAddress address, out int length)
    {
        (address, length) = (IPAddress.None, 0);
        return text.Split('/') is [var ip, var bits] && IPAddress.TryParse(ip, out address!) && int.TryParse(bits, out length)
            && length >= 0 && length <= address.GetAddressBytes().Length * 8;
    }

    private static IEnumerable<JsonNode?> Items(JsonObject json, string key) => Field(json, key) as JsonArray ?? [];

    private static string? Text(JsonObject json, string key) => Field(json, key) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static JsonNode? Field(JsonObject json, string key) => json.LastOrDefault(property => KeyCase.Matches(property.Key, key)).Value;
}
