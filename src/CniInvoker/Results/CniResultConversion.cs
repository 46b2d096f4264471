using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// Converts results between versions of the specification. Within one shape only cniVersion changes, so unknown fields survive; an older
/// shape loses the fields that it lacks.
/// </summary>
internal static class CniResultConversion
{
    /// <summary>New in 1.1.0.</summary>
    public static readonly string[] NewInterfaceFields = ["mtu", "socketPath", "pciID"];

    public static ResultShape ShapeOf(string version) => SpecVersion.Parse(version) switch
    {
        var parsed when parsed < new SpecVersion(0, 3, 0) => ResultShape.PerIpVersion,
        var parsed when parsed < new SpecVersion(1, 0, 0) => ResultShape.Lists,
        _ => ResultShape.PlainLists,
    };

    /// <summary>A new object in the shape of the version <paramref name="to"/>.</summary>
    public static JsonObject Convert(JsonObject json, string from, string to)
    {
        var result = (JsonObject)json.DeepClone();
        var (source, target) = (ShapeOf(from), ShapeOf(to));
        if (source != target)
        {
            result = source == ResultShape.PerIpVersion ? ToLists(result) : result;
            SetIpVersions(result, target);
            result = target == ResultShape.PerIpVersion ? ToPerIpVersion(result, to) : result;
        }

        result["cniVersion"] = to;
        return result;
    }

    private static JsonObject ToLists(JsonObject json)
    {
        var (ips, routes) = (new JsonArray(), new JsonArray());
        foreach (var key in new[] { "ip4", "ip6" })
        {
            if (ResultField.Object(json, key) is not { } ip)
                continue;

            var address = new JsonObject { ["address"] = ip["ip"]?.DeepClone() };
            if (ResultField.Text(ip, "gateway") is { } gateway)
                address["gateway"] = gateway;

            ips.Add((JsonNode)address);
            foreach (var route in ResultField.Objects(ip, "routes"))
                routes.Add(route.DeepClone());
        }

        var result = new JsonObject { ["ips"] = ips, ["routes"] = routes };
        if (json["dns"] is { } dns)
            result["dns"] = dns.DeepClone();

        return result;
    }

    private static void SetIpVersions(JsonObject json, ResultShape target)
    {
        foreach (var ip in ResultField.Objects(json, "ips"))
        {
            ip.Remove("version");
            if (target == ResultShape.Lists)
                ip["version"] = IsIpv6(ip, "address") ? "6" : "4";
        }

        if (target == ResultShape.Lists)
        {
            json["dns"] ??= new JsonObject();
            foreach (var link in ResultField.Objects(json, "interfaces"))
                Array.ForEach(NewInterfaceFields, field => link.Remove(field));
        }
    }

    private static JsonObject ToPerIpVersion(JsonObject json, string version)
    {
        var result = new JsonObject();
        foreach (var ip in ResultField.Objects(json, "ips"))
        {
            var isIpv6 = IsIpv6(ip, "address");
            if (result.ContainsKey(isIpv6 ? "ip6" : "ip4"))
                continue;

            var routes = ResultField.Objects(json, "routes").Where(route => IsIpv6(route, "dst") == isIpv6).Select(OldRoute);
            result[isIpv6 ? "ip6" : "ip4"] = WithoutNulls(new JsonObject
            {
                ["ip"] = ip["address"]!.DeepClone(),
                ["gateway"] = ResultField.Text(ip, "gateway"),
                ["routes"] = new JsonArray([.. routes]),
            });
        }

        if (result.Count == 0)
        {
            throw new CniException(
                CniErrorCode.IncompatibleVersion, $"a result without an address cannot be expressed in version {version}");
        }

        result["dns"] = json["dns"]?.DeepClone() ?? new JsonObject();
        return result;
    }

    private static JsonObject OldRoute(JsonObject route) =>
        WithoutNulls(new JsonObject { ["dst"] = ResultField.Text(route, "dst"), ["gw"] = ResultField.Text(route, "gw") });

    private static JsonObject WithoutNulls(JsonObject json)
    {
        foreach (var key in json.Where(property => property.Value is null).Select(property => property.Key).ToArray())
            json.Remove(key);

        return json;
    }

    private static bool IsIpv6(JsonObject json, string key) => ResultField.Cidr(json, key).Address.GetAddressBytes().Length == 16;
}

/// <summary>The three shapes of results.</summary>
internal enum ResultShape
{
    /// <summary>Up to 0.2.0: one address per IP version, each with its routes.</summary>
    PerIpVersion,

    /// <summary>0.3.0 to 0.4.0: lists of interfaces, addresses and routes; every address contains its IP version.</summary>
    Lists,

    /// <summary>From 1.0.0: the same lists without the IP version.</summary>
    PlainLists,
}
