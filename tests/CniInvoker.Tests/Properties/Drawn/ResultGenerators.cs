using FsCheck;
using FsCheck.Fluent;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Results of every version, as plugins may write them.</summary>
internal static class ResultGenerators
{
    private static readonly string[] Addresses4 = ["10.1.2.3", "192.168.0.1", "0.0.0.0", "255.255.255.255"];
    private static readonly string[] Addresses6 = ["fd00::3", "2001:db8::1", "::", "fe80::1:2:3:4"];
    private static readonly string[] ResultKeys = ["cniVersion", "interfaces", "ips", "routes", "dns", "ip4", "ip6"];

    /// <summary>With foreign fields at every level.</summary>
    public static Gen<WrittenResult> Results { get; } =
        from version in Gen.Elements<string>(SpecVersion.Known)
        from json in version is "0.1.0" or "0.2.0" ? PerFamily(JsonGenerators.Foreign) : Lists(version)
        select new WrittenResult(version, json);

    /// <summary>Of the oldest shape, with an address and without unknown fields.</summary>
    public static Gen<OldResult> OldResults { get; } =
        from version in Gen.Elements("0.1.0", "0.2.0")
        from json in PerFamily(_ => Gen.Constant<IReadOnlyList<Json.Field>>([])).Where(
            json => json["ip4"] is not null || json["ip6"] is not null)
        select new OldResult(new WrittenResult(version, json));

    /// <summary>Results with an invalid value.</summary>
    public static Gen<DamagedResult> Damaged { get; } =
        from result in Results
        from key in Gen.Elements("interfaces", "ips", "routes", "dns", "ip4", "ip6", "cniVersion")
        from damage in JsonGenerators.Values
        from inner in Gen.Elements(
            "name", "mac", "mtu", "address", "gateway", "interface", "dst", "gw", "table", "nameservers", "domain", "ip", "routes")
        from isInside in Gen.Elements(true, false)
        let value = isInside ? result.Json[key] is { } whole ? Damage(whole, inner, damage) : null : damage
        select new DamagedResult(
            new Json.Fields([new("cniVersion", new Json.Words(result.Version))]).With(result.Json.All).With(key, value));

    private static Gen<Json.Fields> Lists(string version) =>
        from foreign in JsonGenerators.Foreign(key => ResultKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
        from interfaces in JsonGenerators.Maybe(JsonGenerators.UpTo(3, Interfaces()))
        from ips in JsonGenerators.Maybe(
            JsonGenerators.UpTo(3, Gen.Elements(false, true).SelectMany(isIpv6 => Ips(isIpv6, version[0] == '0'))))
        from routes in JsonGenerators.Maybe(
            JsonGenerators.UpTo(
                3, Gen.Elements(false, true).SelectMany(isIpv6 => Routes(isIpv6, NewRouteFields(), JsonGenerators.Foreign))))
        from dns in JsonGenerators.Maybe(Dns(JsonGenerators.Foreign))
        select new Json.Fields(foreign).With("interfaces", List(interfaces)).With("ips", List(ips)).With("routes", List(routes)).With(
            "dns", dns);

    private static Gen<Json.Fields> PerFamily(Func<Func<string, bool>, Gen<IReadOnlyList<Json.Field>>> foreign) =>
        from others in foreign(key => ResultKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
        from ip4 in JsonGenerators.Maybe(Family(isIpv6: false, foreign))
        from ip6 in JsonGenerators.Maybe(Family(isIpv6: true, foreign))
        from dns in JsonGenerators.Maybe(Dns(foreign))
        select new Json.Fields(others).With("ip6", ip6).With("ip4", ip4).With("dns", dns);

    private static Gen<Json> Family(bool isIpv6, Func<Func<string, bool>, Gen<IReadOnlyList<Json.Field>>> foreign) =>
        from others in foreign(IsOneOf("ip", "gateway", "routes"))
        from ip in Cidrs(isIpv6)
        from gateway in JsonGenerators.Maybe(Addresses(isIpv6))
        from routes in JsonGenerators.Maybe(JsonGenerators.UpTo(2, Routes(isIpv6, Gen.Constant<IReadOnlyList<Json.Field>>([]), foreign)))
        select (Json)new Json.Fields(others).With("ip", ip).With("gateway", gateway).With("routes", List(routes));

    private static Gen<Json> Interfaces() =>
        from others in JsonGenerators.Foreign(IsOneOf("name", "mac", "sandbox", "mtu", "socketPath", "pciID"))
        from name in JsonGenerators.Texts.Select(Json (name) => new Json.Words(name))
        from mac in JsonGenerators.Maybe(Gen.Constant<Json>(new Json.Words("c2:11:22:33:44:55")))
        from sandbox in JsonGenerators.Maybe(JsonGenerators.Texts.Select(Json (path) => new Json.Words(path)))
        from mtu in JsonGenerators.Maybe(Whole())
        from socket in JsonGenerators.Maybe(JsonGenerators.Texts.Select(Json (path) => new Json.Words(path)))
        from pci in JsonGenerators.Maybe(JsonGenerators.Texts.Select(Json (id) => new Json.Words(id)))
        select (Json)new Json.Fields(others).With("name", name).With("mac", mac).With("sandbox", sandbox).With("mtu", mtu).With(
            "socketPath", socket).With("pciID", pci);

    private static Gen<Json> Ips(bool isIpv6, bool saysVersion) =>
        from others in JsonGenerators.Foreign(IsOneOf("version", "address", "gateway", "interface"))
        from address in Cidrs(isIpv6)
        from gateway in JsonGenerators.Maybe(Addresses(isIpv6))
        from index in JsonGenerators.Maybe(Whole())
        let version = saysVersion ? new Json.Words(isIpv6 ? "6" : "4") : null
        select (Json)new Json.Fields(others).With("version", version).With("address", address).With("gateway", gateway).With(
            "interface", index);

    private static Gen<Json> Routes(
        bool isIpv6, Gen<IReadOnlyList<Json.Field>> more, Func<Func<string, bool>, Gen<IReadOnlyList<Json.Field>>> foreign) =>
        from others in foreign(IsOneOf("dst", "gw", "mtu", "priority", "table", "scope", "advmss"))
        from dst in Cidrs(isIpv6)
        from gw in JsonGenerators.Maybe(Addresses(isIpv6))
        from known in more
        select (Json)new Json.Fields(others).With("dst", dst).With("gw", gw).With(known);

    private static Gen<IReadOnlyList<Json.Field>> NewRouteFields() =>
        from keys in Gen.SubListOf("mtu", "priority", "table", "scope", "advmss")
        from numbers in Whole().ListOf(keys.Count)
        select (IReadOnlyList<Json.Field>)[.. keys.Zip(numbers, (key, number) => new Json.Field(key, number))];

    private static Gen<Json> Dns(Func<Func<string, bool>, Gen<IReadOnlyList<Json.Field>>> foreign) =>
        from others in foreign(IsOneOf("nameservers", "domain", "search", "options"))
        from servers in JsonGenerators.Maybe(JsonGenerators.UpTo(2, Gen.OneOf(Addresses(false), Addresses(true))))
        from domain in JsonGenerators.Maybe(JsonGenerators.Texts.Select(Json (text) => new Json.Words(text)))
        from search in JsonGenerators.Maybe(JsonGenerators.UpTo(2, JsonGenerators.Texts.Select(Json (text) => new Json.Words(text))))
        select (Json)new Json.Fields(others).With("nameservers", List(servers)).With("domain", domain).With("search", List(search));

    private static Gen<Json> Addresses(bool isIpv6) =>
        Gen.Elements(isIpv6 ? Addresses6 : Addresses4).Select(Json (address) => new Json.Words(address));

    private static Gen<Json> Cidrs(bool isIpv6) =>
        from address in Gen.Elements(isIpv6 ? Addresses6 : Addresses4)
        from length in Gen.Choose(0, isIpv6 ? 128 : 32)
        select (Json)new Json.Words($"{address}/{length}");

    // Go matches a field's name in any letter case.
    private static Func<string, bool> IsOneOf(params string[] known) =>
        key => known.Contains(Go.Folded(key), StringComparer.OrdinalIgnoreCase);

    private static Gen<Json> Whole() => Gen.Choose(0, 100_000).Select(Json (number) => new Json.Scalar($"{number}"));

    private static Json.Items? List(IReadOnlyList<Json>? items) => items is null ? null : new Json.Items(items);

    private static Json Damage(Json whole, string key, Json damage) => whole switch
    {
        Json.Items items => new Json.Items([.. items.All.Select(item => Damage(item, key, damage))]),
        Json.Fields fields => fields.With(key, damage),
        _ => damage,
    };
}
