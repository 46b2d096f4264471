using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>
/// Reads the chains of nftables that hook into forwarding, from <c>nft --json list ruleset</c> (libnftables-json(5)). The tables of
/// iptables are left out where iptables-save lists them.
/// </summary>
internal static class NftablesRules
{
    /// <param name="json">The ruleset.</param>
    /// <param name="withoutIptables">The tables <c>filter</c> of the families ip and ip6 are read elsewhere.</param>
    /// <exception cref="JsonException">It is not that.</exception>
    public static IReadOnlyList<ForwardHook> Read(string json, bool withoutIptables)
    {
        var objects = (JsonNode.Parse(json)?["nftables"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var rules = objects.Select(item => item["rule"]).OfType<JsonObject>()
            .ToLookup(rule => (Text(rule, "family"), Text(rule, "table"), Text(rule, "chain")), Rule);
        var chains = objects.Select(item => item["chain"]).OfType<JsonObject>()
            .Where(chain => !withoutIptables || (Text(chain, "family"), Text(chain, "table")) is not ("ip" or "ip6", "filter")).ToArray();
        return
        [
            .. chains.Where(chain => Text(chain, "hook") == "forward" && Text(chain, "family") is "ip" or "ip6" or "inet")
                .Where(chain => Text(chain, "type") == "filter")
                .Select(start => new ForwardHook(
                    BackEnd.Nftables, $"{Text(start, "family")} {Text(start, "table")}", Text(start, "name"),
                    Text(start, "policy") == "drop",
                    chains.Where(chain => IsOfTable(chain, start)).Select(chain => Text(chain, "name")).Distinct().ToDictionary(
                        name => name,
                        IReadOnlyList<FirewallRule> (name) => [.. rules[(Text(start, "family"), Text(start, "table"), name)]],
                        StringComparer.Ordinal))
                {
                    Families = (Text(start, "family") is "ip" or "inet", Text(start, "family") is "ip6" or "inet"),
                }),
        ];
    }

    private static bool IsOfTable(JsonObject chain, JsonObject other) =>
        Text(chain, "family") == Text(other, "family") && Text(chain, "table") == Text(other, "table");

    private static FirewallRule Rule(JsonObject rule)
    {
        var conditions = new List<Func<Packet, bool?>>();
        var (verdict, target, isGoto) = (Verdict.Continue, "", false);
        foreach (var part in (rule["expr"] as JsonArray ?? []).OfType<JsonObject>())
        {
            switch (part.First())
            {
                case { Key: "match", Value: JsonObject match }:
                    conditions.Add(Condition(match));
                    break;
                case { Key: "accept" }:
                    verdict = Verdict.Accept;
                    break;
                case { Key: "drop" or "reject" }:
                    verdict = Verdict.Drop;
                    break;
                case { Key: "return" }:
                    verdict = Verdict.Return;
                    break;
                case { Key: "jump" or "goto", Value: JsonObject chain } jump:
                    (verdict, target, isGoto) = (Verdict.Jump, Text(chain, "target"), jump.Key == "goto");
                    break;
                case { Key: "vmap" or "xt" or "limit" }:
                    conditions.Add(Conditions.Unknown);
                    break;
                default:
                    break; // A counter, a log, a mark.
            }
        }

        return new FirewallRule($"handle {rule["handle"]}", conditions, verdict, target) { IsGoto = isGoto };
    }

    private static Func<Packet, bool?> Condition(JsonObject match)
    {
        var negated = Text(match, "op") == "!=";
        string[] texts = [.. Texts(match["right"])];
        if (texts.Length == 0 || match["left"] is not JsonObject left)
            return Conditions.Unknown;

        return left.First() switch
        {
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") is "iifname" or "iif" =>
                Any(texts, text => Conditions.Link(text, packet => packet.Input, negated: false), negated),
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") is "oifname" or "oif" =>
                Any(texts, text => Conditions.Link(text, packet => packet.Output, negated: false), negated),
            { Key: "meta", Value: JsonObject meta } when Text(meta, "key") == "nfproto" =>
                packet => texts.Contains(packet.IsIPv6 ? "ipv6" : "ipv4") != negated,
            { Key: "payload", Value: JsonObject payload } when Text(payload, "protocol") is "ip" or "ip6" =>
                OfAddress(Text(payload, "field"), Text(payload, "protocol"), texts, negated),
            { Key: "ct", Value: JsonObject ct } when Text(ct, "key") is "state" or "status" => Conditions.State(texts, negated),
            _ => Conditions.Unknown,
        };
    }

    private static Func<Packet, bool?> OfAddress(string field, string family, string[] texts, bool negated)
    {
        Func<Packet, IPAddress>? address = field switch
        {
            "saddr" => packet => packet.Source,
            "daddr" => packet => packet.Destination,
            _ => null,
        };
        if (address is null)
            return Conditions.Unknown;

        var any = Any(texts, text => Conditions.Address(text, address, negated: false), negated);
        return packet => packet.IsIPv6 == (family == "ip6") ? any(packet) : false; // Such a rule concerns its own family alone.
    }

    private static Func<Packet, bool?> Any(string[] texts, Func<string, Func<Packet, bool?>> condition, bool negated)
    {
        Func<Packet, bool?>[] each = [.. texts.Select(condition)];
        return packet =>
        {
            var results = each.Select(one => one(packet)).ToArray();
            return results.Contains(true) ? !negated : results.Contains(null) ? null : negated;
        };
    }

    // A text, a prefix, or a set of them. Of named sets ("@…") the content is not read.
    private static IEnumerable<string> Texts(JsonNode? value) => value switch
    {
        JsonValue text when text.TryGetValue(out string? one) => one.StartsWith('@') ? [] : [one],
        JsonObject json when json["prefix"] is JsonObject prefix => [$"{prefix["addr"]}/{prefix["len"]}"],
        JsonObject json when json["set"] is JsonArray set => set.SelectMany(Texts),
        JsonArray several => several.SelectMany(Texts),
        _ => [],
    };

    private static string Text(JsonObject json, string key) =>
        json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
}
