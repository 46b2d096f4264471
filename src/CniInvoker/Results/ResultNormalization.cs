using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Rewrites a plugin's result as Go reads it: one key per field in the specification's letter case, and no nulls in lists. All readers, in
/// any language, then read the same.
/// </summary>
internal static class ResultNormalization
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
    /// <param name="shape">Its shape.</param>
    /// <param name="isOrdered"> Of several keys of one field, whether the last in ordinal order counts instead of the last in the text:
    /// libcni rewrites a result without cniVersion (pkg/invoke/exec.go fixupResultVersion). </param>
    /// <exception cref="CniException">Code 6: a field has the wrong type.</exception>
    public static void Normalize(JsonObject json, ResultShape shape, bool isOrdered)
    {
        Rename(json, shape == ResultShape.PerIpVersion ? OldTopFields : TopFields, isOrdered);
        if (shape == ResultShape.PerIpVersion)
        {
            NormalizeIpVersion(ResultField.Object(json, "ip4"), isOrdered);
            NormalizeIpVersion(ResultField.Object(json, "ip6"), isOrdered);
        }
        else
        {
            NormalizeLists(json, shape, isOrdered);
        }

        if (ResultField.Object(json, "dns") is { } dns)
        {
            Rename(dns, DnsFields, isOrdered);
            Array.ForEach(DnsLists, list => DropNulls(dns, list));
        }
    }

    /// <summary>The same for an answer to VERSION.</summary>
    public static void NormalizeVersions(JsonObject json)
    {
        Rename(json, VersionFields, isOrdered: false);
        DropNulls(json, "supportedVersions");
    }

    private static void NormalizeLists(JsonObject json, ResultShape shape, bool isOrdered)
    {
        foreach (var link in Items(json, "interfaces", nullsAre: () => new JsonObject())) // Addresses refer to interfaces by index.
        {
            Rename(link, LinkFields, isOrdered);
            if (shape == ResultShape.Lists)
                DropUnreadable(link);
        }

        foreach (var ip in Items(json, "ips"))
        {
            Rename(ip, IpFields, isOrdered);
            _ = shape == ResultShape.Lists ? ResultField.Text(ip, "version") : null;
        }

        NormalizeRoutes(json, isOrdered);
    }

    // Plugins read these fields in results from 1.1.0 only, so older results may contain any value.
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

    private static void NormalizeIpVersion(JsonObject? ip, bool isOrdered)
    {
        if (ip is not null)
        {
            Rename(ip, OldIpFields, isOrdered);
            NormalizeRoutes(ip, isOrdered);
        }
    }

    private static void NormalizeRoutes(JsonObject json, bool isOrdered)
    {
        foreach (var route in Items(json, "routes"))
            Rename(route, RouteFields, isOrdered);
    }

    private static void Rename(JsonObject json, string[] fields, bool isOrdered)
    {
        foreach (var field in fields)
        {
            var named = json.Where(property => GoJson.Matches(property.Key, field)).ToList();
            if (named.Count == 0 || (named.Count == 1 && named[0].Key == field))
                continue;

            var effective = (isOrdered ? named.OrderBy(property => property.Key, StringComparer.Ordinal) : named.AsEnumerable())
                .LastOrDefault(property => property.Value is not null).Value;
            named.ForEach(property => json.Remove(property.Key));
            json[field] = effective;
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
