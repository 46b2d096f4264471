using System.Globalization;

namespace CniInvoker;

/// <summary>
/// Numbers as plugins that are written in Go can read them: into their whole-number fields goes nothing with a point or an exponent, be it
/// 1450.0.
/// </summary>
internal static class PluginNumber
{
    // From here on libcni writes an exponent as well, and no field of a plugin is as wide.
    private const int MostDigits = 21;
    private const double TooWide = 1e21;
    private const int LongestExponent = 9;

    /// <summary>A whole number in digits alone, exact whatever its size; any other as it is written.</summary>
    public static string Of(string written)
    {
        if (!written.AsSpan().ContainsAny('.', 'e', 'E'))
            return written;

        // What is no whole number, but next to one as far as a double can tell, is one to libcni.
        return Whole(written)
            ?? (double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var nearest) && Math.Abs(nearest) < TooWide && nearest == Math.Truncate(nearest)
                ? Whole(nearest.ToString("R", CultureInfo.InvariantCulture)) ?? written
                : written);
    }

    // Null: it has a fraction, or too many digits.
    private static string? Whole(string written)
    {
        var sign = written[0] == '-' ? "-" : "";
        var (mantissa, exponent) = Split(written[sign.Length..]);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimEnd('0');
        if (significant.TrimStart('0').Length == 0)
            return $"{sign}0";

        if (exponent.Length > LongestExponent)
            return null;

        var decimals = point < 0 ? 0 : mantissa.Length - point - 1;
        var zeros = int.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) - decimals + (digits.Length - significant.Length);
        significant = significant.TrimStart('0');
        return zeros < 0 || significant.Length + zeros > MostDigits ? null : $"{sign}{significant}{new string('0', zeros)}";
    }

    private static (string Mantissa, string Exponent) Split(string unsigned)
    {
        var place = unsigned.AsSpan().IndexOfAny('e', 'E');
        return place < 0 ? (unsigned, "0") : (unsigned[..place], unsigned[(place + 1)..]);
    }
}
