using System.Globalization;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Rates and amounts of data as people write them: <c>10mbit</c>, <c>1.5Gbit/s</c>, <c>2mbyte</c>, <c>256kibyte</c>, or a plain number of bits.
/// Case says nothing, since Docker's command line may have changed it; so a unit that means bits or bytes by case alone is refused.
/// </summary>
internal static class DataQuantity
{
    private const string PerSecond = "/s";

    // Far above any link's rate, and far below where the products would overflow.
    private const decimal Largest = 1_000_000_000_000_000_000;

    private static readonly (string Prefix, decimal Size)[] Prefixes =
    [
        ("", 1), ("k", 1e3m), ("m", 1e6m), ("g", 1e9m), ("t", 1e12m), ("ki", 1L << 10), ("mi", 1L << 20), ("gi", 1L << 30), ("ti", 1L << 40),
    ];

    /// <returns>Bits per second.</returns>
    /// <exception cref="CnmException">The text is no rate.</exception>
    public static long Rate(string option, string text) => Bits(option, text, isRate: true);

    /// <returns>Bits.</returns>
    /// <exception cref="CnmException">The text is no amount.</exception>
    public static long Amount(string option, string text) => Bits(option, text, isRate: false);

    private static long Bits(string option, string text, bool isRate)
    {
        var digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        var unit = text[digits..].Trim().ToLowerInvariant();
        if (isRate && unit.EndsWith(PerSecond, StringComparison.Ordinal))
            unit = unit[..^PerSecond.Length];

        var isNumber = decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        if (isNumber && SizeOf(unit) is { } size && number <= Largest / size)
            return (long)(number * size);

        var prefixes = Prefixes.Select(known => known.Prefix).ToArray();
        throw new CnmException(isNumber && prefixes.Any(prefix => unit == prefix + "b" || unit == prefix + "bps")
            ? $"option {option}: in \"{text}\" the unit could mean bits or bytes. Write bit or byte, " +
                $"as in {(isRate ? "10mbit or 2mbyte" : "1mbit or 256kibyte")}."
            : $"option {option}: \"{text}\" is no {(isRate ? "rate" : "amount of data")}. " +
              $"Write a number and bit or byte, as in {(isRate ? "10mbit, 1.5gbit/s or 2mbyte" : "1mbit or 256kibyte")}; " +
              $"a number alone counts bits.");
    }

    /// <summary>In bits; null for what is no unit.</summary>
    private static decimal? SizeOf(string unit) => unit.Length == 0
        ? 1
        : Prefixes.Select(known => unit == known.Prefix + "bit" ? known.Size : unit == known.Prefix + "byte" ? known.Size * 8 : (decimal?)null).FirstOrDefault(size => size is not null);
}
