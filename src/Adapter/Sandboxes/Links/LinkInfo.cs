using System.Net.NetworkInformation;

namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>A link as rtnetlink(7) describes it.</summary>
/// <param name="Mac">See <see cref="MacAddress"/>; empty for a link without one.</param>
/// <param name="Kind">IFLA_INFO_KIND, the driver's name; empty for a physical device.</param>
/// <param name="PeerIndex">The peer of a veth, the parent of a macvlan: an index in that link's own namespace.</param>
internal sealed record LinkInfo(int Index, string Name, string Mac, int Mtu, string Kind, int? PeerIndex, bool IsUp)
{
    public const int Loopback = 1;

    /// <summary>The peer's namespace, in the numbering of the link's own namespace; null for the same namespace.</summary>
    public int? PeerNamespaceId { get; init; }

    public string? Alias { get; init; }

    /// <summary>The index of the bridge device whose port it is, in the link's own namespace; null without one.</summary>
    public int? Master { get; init; }

    /// <summary>The link has its parent's MAC, which cannot be set (drivers/net/ipvlan).</summary>
    public bool SharesMac => Kind is "ipvlan" or "ipvtap";

    /// <summary>Alternative names, by which the kernel finds the link too (ip-link(8) altname).</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];
}

/// <summary>MAC addresses as ip(8) writes them: lower-case pairs with colons.</summary>
internal static class MacAddress
{
    /// <summary>Of six bytes.</summary>
    public const int TextLength = 17;

    public static string Format(PhysicalAddress mac) => Format(mac.GetAddressBytes());

    public static string Format(ReadOnlySpan<byte> mac) => Convert.ToHexStringLower(mac) is { Length: > 2 } digits
        ? string.Join(':', digits.Chunk(2).Select(pair => new string(pair)))
        : "";

    /// <summary>Null for an empty text: the link has no MAC.</summary>
    public static PhysicalAddress? Parse(string text) => text.Length > 0 ? PhysicalAddress.Parse(text) : null;
}
