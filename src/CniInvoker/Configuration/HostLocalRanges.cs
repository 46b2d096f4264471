using System.Net;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// The address ranges of host-local, checked as it checks them (plugins/ipam/host-local/backend/allocator, config.go and range.go
/// Canonicalize). A section has "subnet" beside "type", sets of ranges, or both; or the ranges come from the runtime.
/// </summary>
internal static class HostLocalRanges
{
    // Every pair is compared.
    private const int MostCompared = 200;

    private static readonly string[] Ends = ["rangeStart", "rangeEnd"];

    /// <summary>Values of the wrong type.</summary>
    public static IEnumerable<string> Unreadable(JsonObject ipam) => OfRange(ipam).Concat(GoFields.Lists(ipam, "ranges", set => set switch
    {
        JsonArray ranges => ranges.SelectMany(range => range switch
        {
            null => ["has a range that is null"],
            JsonObject one => GoFields.All(one, "subnet").Any() ? OfRange(one) : ["has a range without \"subnet\""],
            _ => ["has a range that is not an object; write {\"subnet\": \"10.88.0.0/16\"}"],
        }),
        null => ["has an empty set of ranges"],
        _ => ["has \"ranges\" that are not a list of lists; write [[{\"subnet\": \"10.88.0.0/16\"}]]"],
    }));

    /// <param name="ipam">The section; all values have the right type.</param>
    /// <param name="mayComeFromRuntime">The capability "ipRanges" is enabled.</param>
    public static IEnumerable<string> Problems(JsonObject ipam, bool mayComeFromRuntime)
    {
        JsonArray[] sets = [.. (GoFields.All(ipam, "ranges").LastOrDefault() as JsonArray ?? []).Cast<JsonArray>()];
        if (sets.Any(set => set.Count == 0))
            return ["has an empty set of ranges"];

        JsonObject[][] first = Text(ipam, "subnet") is null ? [] : [[ipam]];
        JsonObject[][] all = [.. sets.Select(set => set.Cast<JsonObject>().ToArray()), .. first];
        if (all.Length == 0 && !mayComeFromRuntime)
            return ["has no ranges; write \"ranges\": [[{\"subnet\": \"10.88.0.0/16\"}]]"];

        string[] problems = [.. all.SelectMany(set => set).Select(Problem).OfType<string>()];
        return problems.Length > 0 ? problems : Together(all);
    }

    private static IEnumerable<string> OfRange(JsonObject range) =>
        GoFields.Cidrs(range, "subnet", "subnet").Concat(GoFields.Addresses(range, "gateway", "rangeStart", "rangeEnd"));

    private static string? Problem(JsonObject range)
    {
        var text = Text(range, "subnet")!;
        if (!GoAddress.TryParseCidr(text, out var address, out var length))
            return null; // Unreadable reports it.

        if (address.IsIPv4MappedToIPv6)
            return $"has the IPv4-mapped IPv6 subnet {text}; write {address.MapToIPv4()}/{Math.Max(0, length - 96)}";

        if (!IPNetwork.TryParse(text, out var subnet) || !subnet.BaseAddress.Equals(address))
            return $"has the subnet {text} with host bits set: {address} is an address in the subnet";

        var outside = Ends.FirstOrDefault(key => End(range, key) is { } end && !subnet.Contains(end));
        return outside is not null ? $"has a {outside} that is not in the subnet {text}: {Text(range, outside)}"
            : First(range) > Last(range) ? $"has a rangeEnd before its rangeStart in the subnet {text}"
            : length > (address.GetAddressBytes().Length * 8) - 2 ? $"has the subnet {text}, which is too small"
            : null;
    }

    private static IEnumerable<string> Together(JsonObject[][] sets)
    {
        if (sets.Any(set => set.Select(range => Subnet(range).BaseAddress.AddressFamily).Distinct().Count() > 1))
            yield return "has IPv4 and IPv6 in one set of ranges; write one set for each, [[{…}], [{…}]]";

        var ranges = sets.SelectMany(set => set).Take(MostCompared).ToArray();
        var overlap = ranges.SelectMany((range, index) => ranges.Skip(index + 1).Select(other => (range, other)))
            .FirstOrDefault(pair => Overlap(pair.range, pair.other));
        if (overlap.range is not null)
            yield return $"has overlapping ranges in {Text(overlap.range, "subnet")} and {Text(overlap.other, "subnet")}";

        if (sets.FirstOrDefault(set => set.All(range => First(range) == Last(range) && First(range) == Gateway(range))) is [var only, ..])
            yield return $"has no free address in {Text(only, "subnet")}: its only address is the gateway";
    }

    private static bool Overlap(JsonObject one, JsonObject other) =>
        Subnet(one).BaseAddress.AddressFamily == Subnet(other).BaseAddress.AddressFamily
        && First(one) <= Last(other) && First(other) <= Last(one);

    private static UInt128 First(JsonObject range) => Number(End(range, "rangeStart")) ?? Base(range) + 1;

    private static UInt128 Last(JsonObject range)
    {
        var subnet = Subnet(range);
        return Number(End(range, "rangeEnd"))
            ?? Base(range) + ((UInt128.One << ((subnet.BaseAddress.GetAddressBytes().Length * 8) - subnet.PrefixLength)) - 1);
    }

    private static UInt128 Gateway(JsonObject range) => Number(End(range, "gateway")) ?? Base(range) + 1;

    private static UInt128 Base(JsonObject range) => Number(Subnet(range).BaseAddress)!.Value;

    private static IPAddress? End(JsonObject range, string key) =>
        Text(range, key) is { Length: > 0 } text && GoAddress.TryParse(text, out var address)
        ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
        : null;

    private static UInt128? Number(IPAddress? address) =>
        address?.GetAddressBytes().Aggregate(UInt128.Zero, (number, part) => (number << 8) | part);

    private static IPNetwork Subnet(JsonObject range) => IPNetwork.Parse(Text(range, "subnet")!);

    private static string? Text(JsonObject range, string key) => (string?)GoFields.All(range, key).LastOrDefault();
}
