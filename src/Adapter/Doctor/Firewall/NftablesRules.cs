using System.Text.Json;
using System.Text.Json.Nodes;
using static Bridge.Adapter.Doctor.Firewall.NftablesConditions;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>
/// Reads the chains of nftables that hook into forwarding, from <c>nft --json list ruleset</c> (libnftables-json(5)). The tables of
/// iptables are left out where iptables-save lists them.
/// </summary>
internal static class NftablesRules
{
    /// <param name="json">The ruleset.</param>
    /// <param name="readElsewhere">Families (<c>ip</c>, <c>ip6</c>) whose table <c>filter</c> iptables-save lists.</param>
    /// <exception cref="JsonException">It is not that.</exception>
    public static IReadOnlyList<ForwardHook> Read(string json, IReadOnlyCollection<string> readElsewhere)
    {
        var objects = (JsonNode.Parse(json)?["nftables"] as JsonArray ?? []).OfType<JsonObject>().ToArray();
        var rules = objects.Select(item => item["rule"]).OfType<JsonObject>()
            .SelectMany(
                rule => Rules(rule), (rule, one) => (Chain: (Text(rule, "family"), Text(rule, "table"), Text(rule, "chain")), Rule: one))
            .ToLookup(pair => pair.Chain, pair => pair.Rule);
        var chains = objects.Select(item => item["chain"]).OfType<JsonObject>()
            .Where(chain => Text(chain, "table") != "filter" || !readElsewhere.Contains(Text(chain, "family"))).ToArray();
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

    // One rule; with a verdict map one for each of its elements, of which at most one fits a packet.
    private static IEnumerable<FirewallRule> Rules(JsonObject json)
    {
        var rule = new FirewallRule($"handle {json["handle"]}", [], Verdict.Continue);
        JsonObject? map = null;
        foreach (var statement in (json["expr"] as JsonArray ?? []).OfType<JsonObject>().Select(part => part.FirstOrDefault()))
        {
            switch (statement)
            {
                case { Key: "match", Value: JsonObject match }:
                    rule = Under(rule, Of(match), IsOfSome(match["left"]) && Text(match, "op") != "!=");
                    break;
                case { Key: "vmap", Value: JsonObject found }:
                    map = found;
                    break;
                case { Key: "vmap" or "xt" or "limit" or "ct count" }:
                    rule = Under(rule, Conditions.Unknown, statement.Key is "limit" or "ct count");
                    break;
                default:
                    rule = Decided(rule, statement);
                    break;
            }
        }

        return map is null ? [rule] : Elements(rule, map);
    }

    // The elements of a named map ("@…") are not read: it may accept or drop any packet.
    private static IEnumerable<FirewallRule> Elements(FirewallRule rule, JsonObject map)
    {
        var isOfSome = IsOfSome(map["key"]);
        if (map["data"] is not JsonObject data || data["set"] is not JsonArray elements)
        {
            var unread = Under(rule, Conditions.Unknown, isOfSome);
            return [unread with { Verdict = Verdict.Accept }, unread with { Verdict = Verdict.Drop }];
        }

        return
        [
            .. elements.OfType<JsonArray>().Where(element => element.Count == 2 && element[1] is JsonObject)
                .Select(element => Decided(
                    Under(rule, Of(map["key"], element[0], negated: false), isOfSome), element[1]!.AsObject().FirstOrDefault())),
        ];
    }

    private static FirewallRule Under(FirewallRule rule, Func<Packet, bool?> condition, bool isOfSome) =>
        rule with { Conditions = [.. rule.Conditions, condition], IsOfSome = rule.IsOfSome || isOfSome };

    private static FirewallRule Decided(FirewallRule rule, KeyValuePair<string, JsonNode?> statement) => statement switch
    {
        { Key: "accept" } => rule with { Verdict = Verdict.Accept },
        { Key: "drop" or "reject" } => rule with { Verdict = Verdict.Drop },
        { Key: "return" } => rule with { Verdict = Verdict.Return },
        { Key: "jump" or "goto", Value: JsonObject chain } => rule with
        {
            Verdict = Verdict.Jump, Target = Text(chain, "target"), IsGoto = statement.Key == "goto",
        },
        _ => rule, // A counter, a log, a mark.
    };
}
