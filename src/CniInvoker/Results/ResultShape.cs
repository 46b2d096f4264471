using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Makes of what a plugin printed the result that plugins in Go would read in it: they take every letter case of a field's name, of equal ones the last,
/// and nulls in lists. So all who get it, in whatever language, read the same.
/// </summary>
internal static class ResultShape
{
    private static readonly string[] TopFields = ["cniVersion", "interfaces", "ips", "routes", "dns"];
    private static readonly string[] OldTopFields = ["cniVersion", "ip4", "ip6", "dns"];
    private static readonly string[] VersionFields = ["cniVersion", "supportedVersions"];
    private static readonly string[] LinkFields = ["name", "mac", "mtu", "sandbox", "socketPath", "pciID"];
    private static readonly string[] IpFields = ["version", "interface", "address", "gateway"];
    private static readonly string[] OldIpFields = ["ip", "gateway", "routes"];
    private static readonly string[] RouteFields = ["dst", "gw", "mtu", "advmss", "priority", "table", "scope"];
    private static readonly string[] DnsFields = ["nameservers", "domain", "search", "options"];
    private static readonly string[] DnsLists = ["nameservers", "search", "options"];

    /// <param name="json">The result; it is changed.</param>
    /// <param name="family">Which shape it has.</param>
    /// <param name="isInOrder">
    /// Whether equal fields are to be taken in the order of their names instead of the text's: libcni writes a result anew that names no version.
    /// </param>
    /// <exception cref="CniException">Code 6: a field that no other reads here is not of its type.</exception>
    public static void Straighten(JsonObject json, ResultFamily family, bool isInOrder)
    {
        Rename(json, family == ResultFamily.PerIpVersion ? OldTopFields : TopFields, isInOrder);
        if (family == ResultFamily.PerIpVersion)
        {
            StraightenFamily(ResultField.Object(json, "ip4"), isInOrder);
            StraightenFamily(ResultField.Object(json, "ip6"), isInOrder);
        }
        else
        {
            StraightenLists(json, family, isInOrder);
        }

        if (ResultField.Object(json, "dns") is { } dns)
        {
            Rename(dns, DnsFields, isInOrder);
            Array.ForEach(DnsLists, list => DropNulls(dns, list));
        }
    }

    /// <summary>The same of an answer to VERSION.</summary>
    public static void StraightenVersions(JsonObject json)
    {
        Rename(json, VersionFields, isInOrder: false);
        DropNulls(json, "supportedVersions");
    }

    private static void StraightenLists(JsonObject json, ResultFamily family, bool isInOrder)
    {
        foreach (var link in Items(json, "interfaces", nullsAre: () => new JsonObject())) // Addresses name interfaces by their place.
        {
            Rename(link, LinkFields, isInOrder);
            if (family == ResultFamily.Lists)
                DropUnreadable(link);
        }

        foreach (var ip in Items(json, "ips"))
        {
            Rename(ip, IpFields, isInOrder);
            _ = family == ResultFamily.Lists ? ResultField.Text(ip, "version") : null;
        }

        StraightenRoutes(json, isInOrder);
    }

    // Others read these in newer results only, so they may be anything in an older one.
    private static void DropUnreadable(JsonObject link)
    {
        foreach (var field in CniResultConversion.NewInterfaceFields)
        {
            try
            {
                _ = field == "mtu" ? $"{ResultField.Number(link, field)}" : ResultField.Text(link, field);
            }
            catch (CniException)
            {
                link.Remove(field);
            }
        }
    }

    private static void StraightenFamily(JsonObject? ip, bool isInOrder)
    {
        if (ip is not null)
        {
            Rename(ip, OldIpFields, isInOrder);
            StraightenRoutes(ip, isInOrder);
        }
    }

    private static void StraightenRoutes(JsonObject json, bool isInOrder)
    {
        foreach (var route in Items(json, "routes"))
            Rename(route, RouteFields, isInOrder);
    }

    private static void Rename(JsonObject json, string[] fields, bool isInOrder)
    {
        foreach (var field in fields)
        {
            var named = json.Where(property => GoJson.Matches(property.Key, field)).ToList();
            if (named.Count == 0 || (named.Count == 1 && named[0].Key == field))
                continue;

            var inForce = (isInOrder ? named.OrderBy(property => property.Key, StringComparer.Ordinal) : named.AsEnumerable())
                .LastOrDefault(property => property.Value is not null).Value;
            named.ForEach(property => json.Remove(property.Key));
            json[field] = inForce;
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject json, string list, Func<JsonNode>? nullsAre = null)
    {
        DropNulls(json, list, nullsAre);
        return (json[list] as JsonArray ?? []).OfType<JsonObject>();
    }

    private static void DropNulls(JsonObject json, string list, Func<JsonNode>? nullsAre = null)
    {
        if (json[list] is not JsonArray items || !items.Any(item => item is null))
            return;

        var kept = new JsonArray();
        foreach (var item in items.Select(item => item ?? nullsAre?.Invoke()).Where(item => item is not null))
            kept.Add(item!.Parent is null ? item : item.DeepClone());

        json[list] = kept;
    }
}
