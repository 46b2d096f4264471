using System.Net;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// The ranges that host-local gives addresses from, as it judges them (containernetworking/plugins, host-local/backend/allocator, Canonicalize). A section may
/// have the shape of its first version, "subnet" beside "type", or sets of ranges, or both; or the runtime says them.
/// </summary>
internal static class HostLocalRanges
{
    // Each is compared with each.
    private const int MostCompared = 200;

    private static readonly string[] Ends = ["rangeStart", "rangeEnd"];

    /// <summary>Values that fit no field of its.</summary>
    public static IEnumerable<string> Unreadable(JsonObject ipam) => OfRange(ipam).Concat(GoFields.Lists(ipam, "ranges", set => set switch
    {
        JsonArray ranges => ranges.SelectMany(range => range switch
        {
            null => ["has a range that is null"],
            JsonObject one => GoFields.All(one, "subnet").Any() ? OfRange(one) : ["has a range without \"subnet\""],
            _ => ["has a range that is no object: {\"subnet\": \"10.88.0.0/16\"}"],
        }),
        null => ["has an empty set of ranges"],
        _ => ["has \"ranges\" that are no list of lists: [[{\"subnet\": \"10.88.0.0/16\"}]]"],
    }));

    /// <param name="ipam">The section, all of whose values fit.</param>
    /// <param name="isFilledIn">The runtime may say the ranges.</param>
    public static IEnumerable<string> Problems(JsonObject ipam, bool isFilledIn)
    {
        JsonArray[] sets = [.. (GoFields.All(ipam, "ranges").LastOrDefault() as JsonArray ?? []).Cast<JsonArray>()];
        if (sets.Any(set => set.Count == 0))
            return ["has an empty set of ranges"];

        JsonObject[][] all = [.. sets.Select(set => set.Cast<JsonObject>().ToArray()), .. Text(ipam, "subnet") is null ? Array.Empty<JsonObject[]>() : [[ipam]]];
        if (all.Length == 0 && !isFilledIn)
            return ["names no range to give addresses from: \"ranges\": [[{\"subnet\": \"10.88.0.0/16\"}]]"];

        string[] problems = [.. all.SelectMany(set => set).Select(Problem).OfType<string>()];
        return problems.Length > 0 ? problems : Together(all);
    }

    private static IEnumerable<string> OfRange(JsonObject range) =>
        GoFields.Cidrs(range, "subnet", "subnet").Concat(GoFields.Addresses(range, "gateway", "rangeStart", "rangeEnd"));

    private static string? Problem(JsonObject range)
    {
        var text = Text(range, "subnet")!;
        if (!GoAddress.TryParseCidr(text, out var address, out var length))
            return null; // That is told already.

        if (address.IsIPv4MappedToIPv6)
            return $"has the subnet {text}, which is one of IPv4 in the words of IPv6: write {address.MapToIPv4()}/{Math.Max(0, length - 96)}";

        if (!IPNetwork.TryParse(text, out var subnet) || !subnet.BaseAddress.Equals(address))
            return $"has the subnet {text}, which has bits behind its length: {address} is an address in it";

        var outside = Ends.FirstOrDefault(key => End(range, key) is { } end && !subnet.Contains(end));
        return outside is not null ? $"has a {outside} that is not in the subnet {text}: {Text(range, outside)}"
            : First(range) > Last(range) ? $"has a rangeEnd before its rangeStart in the subnet {text}"
            : length > (address.GetAddressBytes().Length * 8) - 2 ? $"has the subnet {text}, which is too small to give addresses from"
            : null;
    }

    private static IEnumerable<string> Together(JsonObject[][] sets)
    {
        if (sets.Any(set => set.Select(range => Subnet(range).BaseAddress.AddressFamily).Distinct().Count() > 1))
            yield return "has IPv4 and IPv6 in one set of ranges: each needs a set of its own, [[{…}], [{…}]]";

        var ranges = sets.SelectMany(set => set).Take(MostCompared).ToArray();
        var overlap = ranges.SelectMany((range, index) => ranges.Skip(index + 1).Select(other => (range, other))).FirstOrDefault(pair => Overlap(pair.range, pair.other));
        if (overlap.range is not null)
            yield return $"has ranges that overlap: in {Text(overlap.range, "subnet")} and {Text(overlap.other, "subnet")}";

        if (sets.FirstOrDefault(set => set.All(range => First(range) == Last(range) && First(range) == Gateway(range))) is [var only, ..])
            yield return $"has no address to give in {Text(only, "subnet")}: the only one is the gateway's";
    }

    private static bool Overlap(JsonObject one, JsonObject other) => Subnet(one).BaseAddress.AddressFamily == Subnet(other).BaseAddress.AddressFamily
        && First(one) <= Last(other) && First(other) <= Last(one);

    private static UInt128 First(JsonObject range) => End(range, "rangeStart") is { } start ? Number(start) : Number(Subnet(range).BaseAddress) + 1;

    private static UInt128 Last(JsonObject range)
    {
        var subnet = Subnet(range);
        return End(range, "rangeEnd") is { } end ? Number(end) : Number(subnet.BaseAddress) + ((UInt128.One << ((subnet.BaseAddress.GetAddressBytes().Length * 8) - subnet.PrefixLength)) - 1);
    }

    private static UInt128 Gateway(JsonObject range) => End(range, "gateway") is { } gateway ? Number(gateway) : Number(Subnet(range).BaseAddress) + 1;

    private static IPAddress? End(JsonObject range, string key) => Text(range, key) is { Length: > 0 } text && GoAddress.TryParse(text, out var address)
        ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
        : null;

    private static UInt128 Number(IPAddress address) => address.GetAddressBytes().Aggregate(UInt128.Zero, (number, part) => (number << 8) | part);

    private static IPNetwork Subnet(JsonObject range) => IPNetwork.Parse(Text(range, "subnet")!);

    private static string? Text(JsonObject range, string key) => (string?)GoFields.All(range, key).LastOrDefault();
}
