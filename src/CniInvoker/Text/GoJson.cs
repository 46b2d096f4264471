using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniInvoker;

/// <summary>
/// JSON as programs written in Go read it (encoding/json), as most plugins are: a field's name matches in any letter case, the last of
/// several matching keys counts, and an integer field accepts no decimal point and no exponent.
/// </summary>
internal static class GoJson
{
    // libcni writes an exponent from 1e21 on (encoding/json, floatEncoder), and no field of a plugin is as wide.
    private const int MostDigits = 21;
    private const double TooWide = 1e21;
    private const int LongestExponent = 9;

    /// <summary>
    /// Whether Go reads the key into the field: in any letter case, including the two letters outside ASCII that fold to "s" and "k"
    /// ("prevReſult" is read as "prevResult").
    /// </summary>
    public static bool Matches(string key, string field) => key.Length == field.Length
        && key.Replace('\u017f', 's').Replace('\u212a', 'k').Equals(field, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The values that <see cref="Write(JsonObject)"/> passes to a plugin under a field's name, the effective one last. Nulls are skipped.
    /// </summary>
    public static IEnumerable<JsonNode> Values(JsonObject json, string field) => json
        .Where(property => property.Value is not null && Matches(property.Key, field))
        .OrderBy(property => property.Key, StringComparer.Ordinal)
        .Select(property => property.Value!);

    /// <summary>JSON for a plugin: keys in ordinal order, as libcni writes a map, and whole numbers as digits.</summary>
    public static byte[] Write(JsonObject json)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(writer, json);

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A whole number as digits alone, exact at any size; any other number as it is written.</summary>
    public static string Number(string written)
    {
        if (!written.AsSpan().ContainsAny('.', 'e', 'E'))
            return written;

        // libcni takes a number for whole when the nearest double is.
        return Whole(written)
            ?? (double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var nearest)
                && Math.Abs(nearest) < TooWide && nearest == Math.Truncate(nearest)
                ? Whole(nearest.ToString("R", CultureInfo.InvariantCulture)) ?? written
                : written);
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                writer.WriteStartObject();
                foreach (var (key, value) in json.OrderBy(property => property.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                    Write(writer, item);

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                writer.WriteRawValue(Number(value.ToJsonString()));
                break;
            case { } scalar:
                scalar.WriteTo(writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
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
        var zeros = int.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            - decimals + (digits.Length - significant.Length);
        significant = significant.TrimStart('0');
        return zeros < 0 || significant.Length + zeros > MostDigits ? null : $"{sign}{significant}{new string('0', zeros)}";
    }

    private static (string Mantissa, string Exponent) Split(string unsigned)
    {
        var place = unsigned.AsSpan().IndexOfAny('e', 'E');
        return place < 0 ? (unsigned, "0") : (unsigned[..place], unsigned[(place + 1)..]);
    }
}
