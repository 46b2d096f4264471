namespace Bridge.Adapter.Reload;

/// <summary>The host's firewall at one moment, as its tools write it.</summary>
internal sealed class Ruleset
{
    private const string IPv6Tools = "ip6tables";
    private const string NftTool = "nft";

    private readonly ILookup<(bool IsIPv6, string Table), string> _iptables;
    private readonly ILookup<string, (string Chain, string Rule)> _nftables;

    /// <param name="dump">The output of <c>iptables-save</c>, <c>ip6tables-save</c>, their legacy twins and <c>nft list
    /// ruleset</c>.</param>
    public Ruleset(IReadOnlyList<(string Tool, string[] Lines)> dump)
    {
        _iptables = dump.Where(tool => tool.Tool != NftTool).SelectMany(tool => OfSave(tool.Lines).Select(found =>
                (Key: (tool.Tool.StartsWith(IPv6Tools, StringComparison.Ordinal), found.Table), found.Rule)))
            .ToLookup(found => found.Key, found => found.Rule);
        _nftables = dump.Where(tool => tool.Tool == NftTool).SelectMany(tool => OfListing(tool.Lines))
            .ToLookup(found => found.Table, found => (found.Chain, found.Rule));
    }

    /// <summary>The first rule of a table of iptables that contains all of the texts; -1 without one.</summary>
    /// <param name="isIPv6">ip6tables.</param>
    /// <param name="table">The table.</param>
    /// <param name="parts">Words, or words with single spaces between them.</param>
    public int Find(bool isIPv6, string table, params ReadOnlySpan<string> parts)
    {
        var index = 0;
        foreach (var rule in _iptables[(isIPv6, table)])
        {
            if (ContainsAll(rule, parts))
                return index;

            index++;
        }

        return -1;
    }

    /// <inheritdoc cref="Find"/>
    public bool Has(bool isIPv6, string table, params ReadOnlySpan<string> parts) => Find(isIPv6, table, parts) >= 0;

    /// <summary>How many rules contain all of the texts, among the first <paramref name="before"/> of the table.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <param name="before">The index behind the last one.</param>
    public int Count(bool isIPv6, string table, int before, params ReadOnlySpan<string> parts)
    {
        var count = 0;
        foreach (var rule in _iptables[(isIPv6, table)].Take(before))
            count += ContainsAll(rule, parts) ? 1 : 0;

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
            else if (line.StartsWith("-A ", StringComparison.Ordinal) || line.StartsWith(':'))
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
