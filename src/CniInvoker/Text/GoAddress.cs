using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace CniInvoker;

/// <summary>
/// Addresses as Go's net.ParseIP and net.ParseCIDR read them. .NET also accepts octal ("010.1.2.3" as 8.1.2.3), shortened ("10.1"),
/// bracketed and zoned addresses, which plugins refuse.
/// </summary>
internal static class GoAddress
{
    private const int Parts = 4;

    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return (text.Contains(':') || text.Contains('.'))
            && text.All(part => char.IsAsciiHexDigit(part) || part is '.' or ':')
            && (!text.Contains('.') || IsDotted(text[(text.LastIndexOf(':') + 1)..]))
            && IPAddress.TryParse(text, out address);
    }

    /// <summary>ADDRESS/LENGTH.</summary>
    public static bool TryParseCidr(string text, [NotNullWhen(true)] out IPAddress? address, out int length)
    {
        (address, length) = (null, 0);
        return text.Split('/') is [var ip, var bits] && TryParse(ip, out address)
            && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out length)
            && length <= address.GetAddressBytes().Length * 8;
    }

    private static bool IsDotted(string text) => text.Split('.') is { Length: Parts } parts
        && parts.All(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && part == number.ToString(CultureInfo.InvariantCulture));
}
