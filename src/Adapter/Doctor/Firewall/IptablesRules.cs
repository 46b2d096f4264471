using System.Text.RegularExpressions;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>Reads the table filter in the format of iptables-save(8).</summary>
internal static partial class IptablesRules
{
    private const string Start = "FORWARD";

    /// <param name="dump">Empty where the table is not there.</param>
    /// <param name="backEnd">Whose it is.</param>
    /// <param name="isIPv6">Of ip6tables-save.</param>
    /// <returns>Null without the chain FORWARD.</returns>
    public static ForwardHook? Read(string dump, BackEnd backEnd, bool isIPv6)
    {
        var lines = dump.Split('\n');
        var chains = lines.Where(line => line.StartsWith(':')).Select(line => line[1..].Split(' '))
            .DistinctBy(parts => parts[0])
            .ToDictionary(parts => parts[0], parts => parts.ElementAtOrDefault(1) ?? "-", StringComparer.Ordinal);
        if (!chains.TryGetValue(Start, out var policy))
            return null;

        var rules = lines.Where(line => line.StartsWith("-A ", StringComparison.Ordinal)).Select(Words)
            .ToLookup(words => words[1], words => Rule(words[2..], chains.Keys), StringComparer.Ordinal);
        return new ForwardHook(
            backEnd, "filter", Start, policy is "DROP",
            chains.Keys.ToDictionary(chain => chain, IReadOnlyList<FirewallRule> (chain) => [.. rules[chain]], StringComparer.Ordinal))
        {
            Families = (!isIPv6, isIPv6),
        };
    }

    // A text in quotes keeps them: what it begins with makes it no option.
    private static string[] Words(string line) => [.. Word().Matches(line).Select(match => match.Value)];

    private static FirewallRule Rule(string[] words, ICollection<string> chains)
    {
        var conditions = new List<Func<Packet, bool?>>();
        var (verdict, target, isGoto, isOfSome) = (Verdict.Continue, "", false, false);
        for (var index = 0; index < words.Length;)
        {
            var negated = words[index] == "!";
            var option = words.ElementAtOrDefault(negated ? index + 1 : index);
            index += negated ? 2 : 1;
            var first = index;
            while (index < words.Length && !words[index].StartsWith('-') && words[index] != "!")
                index++; // Options have none, one or two arguments.

            var argument = index > first ? words[first].Trim('"') : "";
            switch (option)
            {
                case "-i":
                    conditions.Add(Conditions.Link(argument, packet => packet.Input, negated));
                    break;
                case "-o":
                    conditions.Add(Conditions.Link(argument, packet => packet.Output, negated));
                    break;
                case "-s":
                    conditions.Add(Conditions.Address(argument, packet => packet.Source, negated));
                    break;
                case "-d":
                    conditions.Add(Conditions.Address(argument, packet => packet.Destination, negated));
                    break;
                case "--ctstate" or "--state":
                    conditions.Add(Conditions.State(argument.Split(','), negated));
                    break;
                case "-m" or "--comment":
                    break; // The module's own options follow; a comment is none.
                case "-j" or "-g":
                    isGoto = option == "-g";
                    (verdict, target) = Target(argument, chains);
                    index = words.Length; // The target's options do not decide.
                    break;
                default:
                    conditions.Add(Conditions.Unknown);
                    isOfSome |= !negated && IsOfSome(option ?? "");
                    break;
            }
        }

        return new FirewallRule(string.Join(' ', words), conditions, verdict, target) { IsGoto = isGoto, IsOfSome = isOfSome };
    }

    private static bool IsOfSome(string option) =>
        option is "--dport" or "--dports" or "--sport" or "--sports" or "--ports" or "--tcp-flags" or "--icmp-type" or "--icmpv6-type"
        || option.StartsWith("--limit", StringComparison.Ordinal) || option.StartsWith("--hashlimit", StringComparison.Ordinal)
        || option.StartsWith("--connlimit", StringComparison.Ordinal);

    private static (Verdict, string) Target(string name, ICollection<string> chains) => name switch
    {
        "ACCEPT" => (Verdict.Accept, ""),
        "DROP" or "REJECT" => (Verdict.Drop, ""),
        "RETURN" => (Verdict.Return, ""),
        _ when chains.Contains(name) => (Verdict.Jump, name),
        _ => (Verdict.Continue, ""),
    };

    [GeneratedRegex("""
        "(\\.|[^"\\])*"|\S+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Word();
}
