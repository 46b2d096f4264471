using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>A subnet that a CNI network declares in its <c>ipam</c> section.</summary>
/// <param name="Subnet">The subnet of the assigned addresses.</param>
/// <param name="Gateway">The declared gateway; otherwise the first host address, as host-local and bridge choose it.</param>
internal sealed record CniSubnet(IPNetwork Subnet, IPAddress Gateway)
{
    /// <summary>
    /// Reads the formats of host-local (<c>subnet</c>, <c>ranges</c>), static (<c>addresses</c>) and whereabouts (<c>range</c>,
    /// <c>ipRanges</c>), in the order of the file; empty if the configuration does not declare them.
    /// </summary>
    public static IReadOnlyList<CniSubnet> Of(NetworkConfiguration network)
    {
        var main = MainPlugin.Of(Delegates.Resolve(network));
        if (main.Json["ipam"] is not JsonObject ipam)
            return [];

        var gateways = MayHaveGateway(main, ipam);
        return [.. OfIpam(ipam).Select(subnet => subnet with { HasGateway = subnet.HasGateway || gateways }).Distinct()];
    }

    /// <summary>
    /// The subnets that can be pools of a Docker network: those that the network declares, or, where only its IPAM plugin knows them, one
    /// of each family that contains every address.
    /// </summary>
    public static IReadOnlyList<CniSubnet> Pools(NetworkConfiguration network) => Of(network) is { Count: > 0 } declared
        ? declared
        : NetworkSupport.WhyNotReserved(network) is null ? UnstatedSubnets.Of(MainPlugin.Of(Delegates.Resolve(network))) : [];

    /// <summary>The pools for Docker, at most one of each family, IPv4 first: the first of the file.</summary>
    public static IReadOnlyList<CniSubnet> Offered(NetworkConfiguration network) =>
    [
        .. Pools(network).Where(subnet => subnet.IsOffered).DistinctBy(subnet => subnet.Family)
            .OrderBy(subnet => subnet.Family == AddressFamily.InterNetworkV6),
    ];

    /// <summary>False: only for a Docker network that asks for the family, because the network may have none of its addresses.</summary>
    public bool IsOffered { get; init; } = true;

    /// <summary>The network does not state its subnets, so that this one contains every address.</summary>
    public bool IsUnstated => Subnet.PrefixLength == 0;

    /// <summary>The gateway for Docker; null where none is known.</summary>
    public IPAddress? KnownGateway => IsUnstated && !HasGateway ? null : Gateway;

    /// <summary>
    /// The configuration shows that <see cref="Gateway"/> exists: it is declared, or the main plugin assigns it to the host, or a route
    /// leads there.
    /// </summary>
    public bool HasGateway { get; init; }

    public AddressFamily Family => Subnet.BaseAddress.AddressFamily;

    private static IEnumerable<CniSubnet> OfIpam(JsonObject ipam) =>
        IpamSection.RangesOf(ipam).Select(range => Read(range, "subnet", ipam: null))
            .Concat(IpamSection.Items(ipam, "addresses").OfType<JsonObject>().Select(address => Read(address, "address", ipam: null)))
            .Concat(IpamSection.Items(ipam, "ipRanges").OfType<JsonObject>().Prepend(ipam).Select(range => Read(range, "range", ipam)))
            .OfType<CniSubnet>();

    // whereabouts has one gateway for all its ranges; it belongs to the range that contains it.
    private static CniSubnet? Read(JsonObject range, string key, JsonObject? ipam)
    {
        if (ReadSubnet(IpamSection.Text(range, key)) is not { } subnet)
            return null;

        var declared = IPAddress.TryParse(IpamSection.Text(ipam ?? range, "gateway"), out var gateway)
            && (ipam is null || subnet.Contains(gateway));
        return new CniSubnet(subnet, declared ? gateway! : FirstHost(subnet)) { HasGateway = declared };
    }

    // Unknown plugins may assign a gateway, so they count as if they did.
    private static bool MayHaveGateway(PluginConfiguration main, JsonObject ipam) =>
        IpamSection.Items(ipam, "routes").Count > 0 || main.Type switch
    {
        "bridge" => IsSet(main, "isGateway") || IsSet(main, "isDefaultGateway"),
        "macvlan" or "ipvlan" or "vlan" or "host-device" or "dummy" or "tap" => false,
        _ => true,
    };

    public static bool IsSet(PluginConfiguration plugin, string key) =>
        plugin.Json[key] is JsonValue value && value.TryGetValue(out bool set) && set;

    /// <summary>Reads "10.1.0.0/16", an address with its prefix length, or a range of addresses, "10.1.0.4-10.1.0.9/16".</summary>
    public static IPNetwork? ReadSubnet(string? text)
    {
        if (text?.Split('/') is not [var addresses, var bits]
            || !IPAddress.TryParse(addresses.Split('-')[0].Trim(), out var address)
            || !int.TryParse(bits, out var length) || length < 0 || length > address.GetAddressBytes().Length * 8)
        {
            return null;
        }

        return new Cidr(address, length).Subnet;
    }

    public static bool Overlap(IPNetwork one, IPNetwork other) => one.BaseAddress.AddressFamily == other.BaseAddress.AddressFamily
        && (one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress));

    private static IPAddress FirstHost(IPNetwork subnet)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        bytes[^1] |= 1;
        return new IPAddress(bytes);
    }
}

/// <summary>The <c>ipam</c> section of a plugin's configuration, read leniently: a value of another type counts as missing.</summary>
internal static class IpamSection
{
    /// <returns>The section of the main plugin, or of its delegate; null without one.</returns>
    public static JsonObject? Of(NetworkConfiguration network) => MainPlugin.Of(Delegates.Resolve(network)).Json["ipam"] as JsonObject;

    /// <returns>The IPAM plugin that gives the network's addresses; null where the main plugin gives them itself.</returns>
    public static string? TypeOf(NetworkConfiguration network) => MainPlugin.Of(Delegates.Resolve(network)).IpamType;

    /// <summary>
    /// host-local's ranges in the order of the file: the section itself, which may be one, then those of every set in <c>ranges</c>.
    /// </summary>
    public static IEnumerable<JsonObject> RangesOf(JsonObject ipam) =>
        Items(ipam, "ranges").OfType<JsonArray>().SelectMany(set => set).OfType<JsonObject>().Prepend(ipam);

    /// <returns>Empty without such a list.</returns>
    public static JsonArray Items(JsonObject json, string key) => json[key] as JsonArray ?? [];

    /// <returns>Null without such a text.</returns>
    public static string? Text(JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
