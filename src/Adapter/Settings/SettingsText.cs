using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Bridge.Adapter.Settings;

/// <summary>The spelling of values in the settings file.</summary>
internal static class SettingsText
{
    private static readonly (string Unit, TimeSpan Size)[] Durations =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
            ("h", TimeSpan.FromHours(1))];

    private static readonly (string Unit, long Size)[] Sizes = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

    /// <summary>A number directly followed by its unit; null when it is anything else or too large to mean something.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var (number, unit) = Split(text);
        var size = Durations.FirstOrDefault(known => known.Unit == unit).Size;
        return size > TimeSpan.Zero && number is { } count && count <= TimeSpan.MaxValue / size
            ? TimeSpan.FromTicks(count * size.Ticks)
            : null;
    }

    public static int? ParseNumber(string text) =>
        Split(text) is ({ } number, "") ? (int)Math.Min(int.MaxValue, number) : null;

    /// <summary>A number directly followed by its unit, or 0; null when it is anything else.</summary>
    public static int? ParseBytes(string text)
    {
        if (text == "0")
            return 0;

        var (number, unit) = Split(text);
        var size = Sizes.FirstOrDefault(known => known.Unit == unit).Size;
        return size > 0 && number is { } count ? (int)Math.Min(int.MaxValue, Math.Min(count, int.MaxValue) * size) : null;
    }

    /// <summary>In the largest unit that divides it: 2m, not 120s.</summary>
    public static string Duration(TimeSpan value)
    {
        var (unit, size) = Durations.LastOrDefault(known => value.Ticks != 0 && value.Ticks % known.Size.Ticks == 0, Durations[1]);
        return $"{value / size:0.###}{unit}";
    }

    public static string Bytes(int value)
    {
        if (value == 0)
            return "0";

        var (unit, size) = Sizes.Last(known => value % known.Size == 0);
        return $"{value / size}{unit}";
    }

    /// <summary>With a point, and as many digits as it has.</summary>
    public static string Ratio(double value) => value.ToString(Invariant);

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    /// <summary>A single-quoted YAML text is literal, except for the quote itself.</summary>
    public static string Plain(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-".Contains(letter)) ? text : $"'{text.Replace("'", "''")}'";

    public static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(Plain))}]";

    /// <summary>A JSON text is a YAML text, so its escapes hold any value.</summary>
    public static string Mapping(IEnumerable<KeyValuePair<string, string>> pairs) =>
        $"{{{string.Join(", ", pairs.Select(pair => $"{pair.Key}: \"{JsonEncodedText.Encode(pair.Value)}\""))}}}";

    private static (long? Number, string Unit) Split(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return (long.TryParse(text.AsSpan(0, digits), NumberStyles.None, Invariant, out var number) ? number : null, text[digits..]);
    }

    /// <summary><c>ADDRESS:PORT</c>, an IPv6 address in brackets.</summary>
    /// <returns>Null if it is none.</returns>
    public static IPEndPoint? ParseEndPoint(string text)
    {
        // Without brackets the last part of an IPv6 address would count as its port, and "1" is an IPv4 address for the runtime.
        var colon = Math.Max(text.LastIndexOf(':'), 0);
        var host = text[..colon];
        var isBracketed = host is ['[', .., ']'];
        return IPAddress.TryParse(isBracketed ? host[1..^1] : host, out var address)
            && (isBracketed ? address.AddressFamily == AddressFamily.InterNetworkV6 : address.ToString() == host && host.Contains('.'))
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? new IPEndPoint(address, port)
                : null;
    }
}
