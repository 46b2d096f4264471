using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter;

/// <summary>
/// An address with the prefix length of its subnet, such as <c>10.88.0.5/16</c>. An <see cref="IPNetwork"/> keeps no host bits.
/// </summary>
internal readonly record struct Cidr(IPAddress Address, int PrefixLength)
{
    public AddressFamily Family => Address.AddressFamily;

    /// <summary>The subnet of the address.</summary>
    public IPNetwork Subnet => new(BaseOf(Address, PrefixLength), PrefixLength);

    /// <exception cref="FormatException">The text is no address with a prefix length.</exception>
    public static Cidr Parse(string text) =>
        TryParse(text, out var cidr) ? cidr : throw new FormatException($"\"{text}\" is not an address with a prefix length, as in " +
            "10.88.0.5/16.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Cidr cidr)
    {
        if (text?.Split('/') is [var ip, var bits] && IPAddress.TryParse(ip, out var address)
            && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length <= address.GetAddressBytes().Length * 8)
        {
            cidr = new Cidr(address, length);
            return true;
        }

        cidr = default;
        return false;
    }

    /// <summary>The address in a text with or without a prefix length.</summary>
    /// <exception cref="FormatException">The text does not begin with an address.</exception>
    public static IPAddress AddressIn(string text) => IPAddress.Parse(BeforePrefix(text));

    /// <inheritdoc cref="AddressIn"/>
    public static bool TryAddressIn(string? text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text is null ? null : BeforePrefix(text), out address);

    /// <summary>
    /// An address as people write it, with or without a prefix length. Not a number alone: for <see cref="IPAddress"/> "10" is 0.0.0.10.
    /// </summary>
    public static bool TryWritten(string text, [NotNullWhen(true)] out IPAddress? address) =>
        TryAddressIn(text, out address) && (text.Contains(':', StringComparison.Ordinal) || BeforePrefix(text).AsSpan().Count('.') == 3);

    /// <summary>The text before the prefix length, as it is spelled.</summary>
    public static string BeforePrefix(string text) => text.Split('/')[0];

    /// <summary>The address with every bit behind the prefix cleared.</summary>
    public static IPAddress BaseOf(IPAddress address, int prefixLength)
    {
        var bytes = address.GetAddressBytes();
        for (var index = 0; index < bytes.Length; index++)
            bytes[index] &= (byte)(0xff << (8 - Math.Clamp(prefixLength - (index * 8), 0, 8)));

        return new IPAddress(bytes);
    }

    /// <summary>Whether the subnet of this address contains the other address.</summary>
    public bool Contains(IPAddress other) => other.AddressFamily == Family && Subnet.Contains(other);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{PrefixLength}");
}
