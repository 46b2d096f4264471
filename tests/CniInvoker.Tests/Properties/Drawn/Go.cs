using System.Globalization;
using System.Numerics;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>
/// How Go's encoding/json reads a text, checked by hand against Go 1.19: an <c>interface{}</c> holds float64 and writes its keys in
/// order; a struct matches its fields in any letter case, and the last match counts.
/// </summary>
internal static class Go
{
    private const double Wide = 1e21;
    private const double Narrow = 1e-6;

    /// <summary>
    /// As libcni passes it on: read into an <c>interface{}</c> and written again. Null when a number is out of float64's range, which
    /// libcni refuses.
    /// </summary>
    public static Json? Handed(Json json) => json switch
    {
        Json.Fields fields => Handed(fields),
        Json.Items items => items.All.Select(Handed).ToArray() is var all && all.Contains(null) ? null : new Json.Items(all!),
        Json.Scalar number when IsNumber(number) =>
            Float(number) is var value && double.IsFinite(value) ? new Json.Scalar(Written(value)) : null,
        _ => json,
    };

    /// <summary>What an <c>interface{}</c> of it holds.</summary>
    public static string Any(Json json) => Handed(json)!.Canonical;

    /// <summary>A struct's field; null when there is none.</summary>
    public static Json? Field(Json.Fields json, string name) => json.All.LastOrDefault(field => Folded(field.Key) == Folded(name))?.Value;

    /// <summary>An int64; null when it cannot be read into one.</summary>
    public static BigInteger? Whole(Json? json) =>
        json is Json.Scalar number
            && long.TryParse($"{number}", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;

    /// <summary>A number as it is meant, where it is whole and no wider than 64 bits.</summary>
    public static BigInteger? Exact(Json? json)
    {
        if (json is not Json.Scalar scalar || !IsNumber(scalar))
            return null;

        var parts = $"{scalar}".Split('e', 'E');
        var decimals = parts[0].Contains('.', StringComparison.Ordinal)
            ? parts[0].Length - parts[0].IndexOf('.', StringComparison.Ordinal) - 1
            : 0;
        var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var exponent =
            (parts.Length == 1 ? 0 : int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) - decimals;
        if (exponent >= 0)
            return exponent > 30 ? null : digits * BigInteger.Pow(10, exponent);

        var whole = BigInteger.DivRem(digits, BigInteger.Pow(10, -exponent), out var rest);
        return rest.IsZero ? whole : null;
    }

    public static string Folded(string key) => key.Replace('ſ', 's').Replace('K', 'k').ToLowerInvariant();

    private static Json.Fields? Handed(Json.Fields fields)
    {
        var kept = fields.All.GroupBy(field => field.Key, StringComparer.Ordinal).Select(same => same.Last())
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => (field.Key, Value: Handed(field.Value)))
            .ToArray();
        return kept.Any(field => field.Value is null)
            ? null
            : new Json.Fields([.. kept.Select(field => new Json.Field(field.Key, field.Value!))]);
    }

    private static bool IsNumber(Json.Scalar scalar) => $"{scalar}" is not ("null" or "true" or "false");

    private static double Float(Json.Scalar number) => double.Parse($"{number}", NumberStyles.Float, CultureInfo.InvariantCulture);

    // strconv's shortest digits: in full from 1e-6 up to 1e21, else with an exponent of as few digits as it needs.
    private static string Written(double value)
    {
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";

        var sign = value < 0 ? "-" : "";
        var parts = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture).Split('E');
        var shortest =
            Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E')[0].Replace(".", "", StringComparison.Ordinal).Trim('0');
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (Math.Abs(value) is < Narrow or >= Wide)
        {
            var digits = shortest.Length == 1 ? shortest : $"{shortest[0]}.{shortest[1..]}";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
        }

        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{shortest}"
            : shortest.Length <= exponent + 1
                ? sign + shortest.PadRight(exponent + 1, '0')
                : $"{sign}{shortest[..(exponent + 1)]}.{shortest[(exponent + 1)..]}";
    }
}
