namespace Bridge.Adapter.Reload;

/// <summary>The host's firewall at one moment, as its tools write it.</summary>
internal sealed class Ruleset
{
    private const string IPv6Tools = "ip6tables";
    private const string NftTool = "nft";
    private const string Append = "-A ";

    private readonly ILookup<(bool IsIPv6, string Table), (int Index, string Rule)> _iptables;

    // By the word with which a rule begins, which names its chain: with hundreds of containers a table has thousands of rules.
    private readonly ILookup<(bool IsIPv6, string Table, string Chain), (int Index, string Rule)> _chains;
    private readonly ILookup<string, (string Chain, string Rule)> _nftables;

    /// <param name="dump">The output of <c>iptables-save</c>, <c>ip6tables-save</c>, their legacy twins and <c>nft list
    /// ruleset</c>.</param>
    public Ruleset(IReadOnlyList<(string Tool, string[] Lines)> dump)
    {
        _iptables = dump.Where(tool => tool.Tool != NftTool).SelectMany(tool => OfSave(tool.Lines).Select(found =>
                (Key: (tool.Tool.StartsWith(IPv6Tools, StringComparison.Ordinal), found.Table), found.Rule)))
            .Index().ToLookup(found => found.Item.Key, found => (found.Index, found.Item.Rule));
        _chains = _iptables.SelectMany(
                table => table, (table, rule) => (Key: (table.Key.IsIPv6, table.Key.Table, ChainOf(rule.Rule)), Rule: rule))
            .ToLookup(found => found.Key, found => found.Rule);
        IsWhole = !dump.Where(tool => tool.Tool != NftTool).SelectMany(tool => tool.Lines).Any(line =>
            line.StartsWith("# Table ", StringComparison.Ordinal) && line.Contains("incompatible", StringComparison.Ordinal));
        _nftables = dump.Where(tool => tool.Tool == NftTool).SelectMany(tool => OfListing(tool.Lines))
            .ToLookup(found => found.Table, found => (found.Chain, found.Rule));
    }

    /// <summary>
    /// Every table was listed. Where another program has added a chain of nftables to a table of iptables, <c>iptables-save</c> prints a
    /// remark in its place, and what is in it is not known.
    /// </summary>
    public bool IsWhole { get; }

    /// <summary>The first rule of a table of iptables that contains all of the texts; -1 without one.</summary>
    /// <param name="isIPv6">ip6tables.</param>
    /// <param name="table">The table.</param>
    /// <param name="parts">Words, or words with single spaces between them. One of <c>-A CHAIN</c> comes first.</param>
    /// <returns>A number that is greater for a later rule.</returns>
    public int Find(bool isIPv6, string table, params ReadOnlySpan<string> parts)
    {
        foreach (var (index, rule) in Rules(isIPv6, table, parts[0]))
        {
            if (ContainsAll(rule, parts))
                return index;
        }

        return -1;
    }

    /// <inheritdoc cref="Find"/>
    public bool Has(bool isIPv6, string table, params ReadOnlySpan<string> parts) => Find(isIPv6, table, parts) >= 0;

    /// <summary>How many rules before that of number <paramref name="before"/> contain all of the texts.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <param name="before">The number, of <see cref="Find"/>.</param>
    public int Count(bool isIPv6, string table, int before, params ReadOnlySpan<string> parts)
    {
        var count = 0;
        foreach (var (index, rule) in Rules(isIPv6, table, parts[0]))
            count += index < before && ContainsAll(rule, parts) ? 1 : 0;

        return count;
    }

    /// <summary>Whether a rule of nftables contains all of the texts.</summary>
    /// <param name="table">Family and name: <c>ip cni_hostport</c>.</param>
    /// <param name="chain">The chain; null: any.</param>
    /// <param name="parts">Words, or words with single spaces between them.</param>
    public bool HasNft(string table, string? chain, params ReadOnlySpan<string> parts)
    {
        foreach (var found in _nftables[table])
        {
            if ((chain is null || found.Chain == chain) && ContainsAll(found.Rule, parts))
                return true;
        }

        return false;
    }

    /// <summary>Whether nftables has the table, with at least one rule.</summary>
    public bool HasNftTable(string table) => _nftables.Contains(table);

    private IEnumerable<(int Index, string Rule)> Rules(bool isIPv6, string table, string firstPart) =>
        firstPart.StartsWith(Append, StringComparison.Ordinal) ? _chains[(isIPv6, table, firstPart)] : _iptables[(isIPv6, table)];

    // " -A CHAIN …", or the declaration of one.
    private static string ChainOf(string rule)
    {
        var end = rule.StartsWith($" {Append}", StringComparison.Ordinal) ? rule.IndexOf(' ', Append.Length + 1) : -1;
        return end < 0 ? "" : rule[1..end];
    }

    // Words begin and end at spaces, so the texts are whole words.
    private static bool ContainsAll(string rule, ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (!rule.Contains($" {part} ", StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    private static IEnumerable<(string Table, string Rule)> OfSave(IEnumerable<string> lines)
    {
        var table = "";
        foreach (var line in lines)
        {
            if (line.StartsWith('*'))
                table = line[1..].Trim();
            else if (line.StartsWith(Append, StringComparison.Ordinal) || line.StartsWith(':'))
                yield return (table, $" {line.Trim()} ");
        }
    }

    // A line that ends with a brace begins a table, a chain or a set; one that is a brace ends it. Behind the brace of a table that belongs
    // to a program that program is named: "table inet firewalld { # progname firewalld".
    private static IEnumerable<(string Table, string Chain, string Rule)> OfListing(IEnumerable<string> lines)
    {
        var (table, chain) = ("", "");
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith("table ", StringComparison.Ordinal))
                (table, chain) = (line[6..].Split(" {")[0], "");
            else if (line.EndsWith(" {", StringComparison.Ordinal))
                chain = line.Split(' ')[1];
            else if (line is not ("" or "}") && chain.Length > 0)
                yield return (table, chain, $" {line} ");
        }
    }
}
