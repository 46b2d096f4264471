using System.Net;
using System.Text.Json.Nodes;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>The conditions of rules in nftables' JSON (libnftables-json(5)). What is not understood may hold or not.</summary>
internal static class NftablesConditions
{
    /// <param name="match">A match: what is compared, how, with what.</param>
    public static Func<Packet, bool?> Of(JsonObject match) => Text(match, "op") is "==" or "!=" or "in" or ""
        ? Of(match["left"], match["right"], negated: Text(match, "op") == "!=")
        : Conditions.Unknown;

    /// <param name="left">A part of the packet.</param>
    /// <param name="right">A value or several ones, of which one must be equal.</param>
    /// <param name="negated">None must be.</param>
    public static Func<Packet, bool?> Of(JsonNode? left, JsonNode? right, bool negated)
    {
        string?[] values = [.. Values(right)];
        return values.Length == 0 || left is not JsonObject part ? Conditions.Unknown : part.FirstOrDefault() switch
        {
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") is "iifname" or "iif" =>
                Any(values, value => Conditions.Link(value, packet => packet.Input, negated: false), negated),
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") is "oifname" or "oif" =>
                Any(values, value => Conditions.Link(value, packet => packet.Output, negated: false), negated),
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") == "nfproto" =>
                Any(values, value => packet => value == (packet.IsIPv6 ? "ipv6" : "ipv4"), negated),
            { Key: "payload", Value: JsonObject payload } when Text(payload, "protocol") is "ip" or "ip6" =>
                OfAddress(Text(payload, "field"), Text(payload, "protocol"), values, negated),
            { Key: "ct", Value: JsonObject ct } when Text(ct, "key") is "state" or "status" =>
                Any(values, value => Conditions.State([value], negated: false), negated),
            _ => Conditions.Unknown,
        };
    }

    /// <summary>Whether a part of a packet is that of some protocol within IP, such as a port: also beside others.</summary>
    public static bool IsOfSome(JsonNode? left) => left is JsonObject part && part.FirstOrDefault() switch
    {
        { Key: "payload", Value: JsonObject payload } => Text(payload, "protocol") is not ("" or "ip" or "ip6" or "ether"),
        { Key: "concat", Value: JsonArray several } => several.Any(IsOfSome),
        { Key: "&" or "|", Value: JsonArray several } => several.Any(IsOfSome),
        _ => false,
    };

    /// <returns>Empty without such a text.</returns>
    public static string Text(JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static Func<Packet, bool?> OfAddress(string field, string family, string?[] values, bool negated)
    {
        Func<Packet, IPAddress>? address = field switch
        {
            "saddr" => packet => packet.Source,
            "daddr" => packet => packet.Destination,
            _ => null,
        };
        if (address is null)
            return Conditions.Unknown;

        var any = Any(values, value => Conditions.Address(value, address, negated: false), negated);
        return packet => packet.IsIPv6 == (family == "ip6") ? any(packet) : false; // Such a rule concerns its own family alone.
    }

    private static Func<Packet, bool?> Any(string?[] values, Func<string, Func<Packet, bool?>> condition, bool negated)
    {
        Func<Packet, bool?>[] each = [.. values.Select(value => value is null ? Conditions.Unknown : condition(value))];
        return packet =>
        {
            var results = each.Select(one => one(packet)).ToArray();
            return results.Contains(true) ? !negated : results.Contains(null) ? null : negated;
        };
    }

    // A text, a prefix, or a set of them; null for a value that is not understood: a range, a number, a named set ("@…").
    private static IEnumerable<string?> Values(JsonNode? value) => value switch
    {
        JsonValue text when text.TryGetValue(out string? one) => [one.StartsWith('@') ? null : one],
        JsonObject json when json["prefix"] is JsonObject prefix => [$"{prefix["addr"]}/{prefix["len"]}"],
        JsonObject json when json["set"] is JsonArray set => set.SelectMany(Values),
        JsonArray several => several.SelectMany(Values),
        _ => [null],
    };
}
