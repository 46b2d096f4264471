using System.Net.NetworkInformation;

namespace Bridge.Adapter.Sandboxes;

/// <summary>MAC addresses as the kernel's tools write them: lower-case pairs with colons.</summary>
internal static class MacAddress
{
    public static string Format(PhysicalAddress mac) => Format(mac.GetAddressBytes());

    public static string Format(ReadOnlySpan<byte> mac) => Convert.ToHexStringLower(mac) is { Length: > 2 } digits
        ? string.Join(':', digits.Chunk(2).Select(pair => new string(pair)))
        : "";

    /// <summary>Null for the text of a link that has none.</summary>
    public static PhysicalAddress? Parse(string text) => text.Length > 0 ? PhysicalAddress.Parse(text) : null;
}
