using System.Collections;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// The firewall rules of this host, in the text form of its tools. Each tool is a process, so it is read only after something went wrong.
/// </summary>
/// <param name="timeProvider">For the time limits.</param>
/// <param name="searchPath">Where the tools are, as in PATH; by default the process's own.</param>
internal sealed class FirewallDump(TimeProvider timeProvider, string? searchPath = null)
{
    private const int MostOutput = 256 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HostProgram _programs = new(timeProvider, MostOutput);

    /// <returns>All lines of all installed tools. A plugin cannot have made rules with a tool that is missing.</returns>
    /// <exception cref="IOException">A tool failed or did not answer, so its rules are unknown.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken) =>
        [.. (await ReadByToolAsync(cancellationToken)).SelectMany(tool => tool.Lines)];

    /// <summary>As <see cref="ReadAsync"/>, apart by tool.</summary>
    /// <returns>Each tool's name, <c>ip6tables-save</c> for example, and its lines.</returns>
    /// <exception cref="IOException">A tool failed or did not answer, so its rules are unknown.</exception>
    public async Task<IReadOnlyList<(string Tool, string[] Lines)>> ReadByToolAsync(CancellationToken cancellationToken)
    {
        var dump = new List<(string, string[])>();
        string[][] tools =
        [
            .. Iptables("iptables", SocketCalls.AF_INET), .. Iptables("ip6tables", SocketCalls.AF_INET6), ["nft", "list", "ruleset"],
        ];
        foreach (var tool in tools)
            dump.Add((tool[0], await RunAsync(tool, cancellationToken)));

        return dump;
    }

    // Plugins may use legacy iptables where it is not the host's default, and no other tool shows its tables.
    private static IEnumerable<string[]> Iptables(string tool, byte family)
    {
        yield return [$"{tool}-save"];
        if (IptablesCalls.Tables(family).Length > 0)
            yield return [$"{tool}-legacy-save"];
    }

    private async Task<string[]> RunAsync(string[] tool, CancellationToken cancellationToken)
    {
        if (HostProgram.Find(tool[0], searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? "") is not { } path)
            return [];

        var output = await ExecuteAsync(path, tool, cancellationToken);
        if (output.TimedOut)
            throw new IOException($"{tool[0]} did not answer within {Patience.TotalSeconds:0} s, so remaining rules are unknown");

        return output is { ExitCode: 0, Signal: 0 }
            ? Encoding.UTF8.GetString(output.Stdout.Span).Split('\n')
            : throw new IOException($"{tool[0]} failed, so remaining rules are unknown: {output.Stderr.Trim()}");
    }

    private async Task<PluginOutput> ExecuteAsync(string path, string[] tool, CancellationToken cancellationToken)
    {
        try
        {
            return await _programs.RunAsync(path, tool[1..], "", OwnVariables(), Patience, cancellationToken);
        }
        catch (CniException failed)
        {
            throw new IOException($"{tool[0]} failed, so remaining rules are unknown: {failed.Msg}", failed);
        }
    }

    private static KeyValuePair<string, string>[] OwnVariables() => [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""))];
}

/// <summary>
/// Recognizes the firewall rules of one attachment. The stock plugins write the container id into comments, and name their chains by the
/// SHA-512 of network name and container id (containernetworking/plugins pkg/utils: FormatChainName, FormatComment). Rules of plugin
/// firewall have the address alone, in a chain of their own.
/// </summary>
internal sealed partial class FirewallMarks
{
    private const string FirewallChain = "-A CNI-FORWARD ";

    // A chain's name has up to 7 characters before the hash; comments may be truncated too.
    private const int LongestChainName = 28;
    private const int ShownOfHash = 20;
    private const int ShownOfId = 20;

    private static readonly string[] PortMarks = ["CNI-DN-", "CNI-SN-", "CNI-HOSTPORT-", " dnat to "];

    private readonly string[] _own;
    private readonly string[] _addresses;

    /// <param name="networkName">Name of the CNI network.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="addresses">The attachment's addresses, without those that another container has by now.</param>
    public FirewallMarks(string networkName, string containerId, IEnumerable<LinkAddress> addresses)
    {
        _own =
        [
            containerId.Length > ShownOfId ? ShownId(containerId) : $"\"{containerId}",
            ChainHash(networkName, containerId)[..ShownOfHash],
        ];
        _addresses = [.. addresses.Select(address => $" {address.Address}/{(address.IsIPv6 ? 128 : 32)} ")];
    }

    /// <summary>The whole name of an attachment's chain.</summary>
    /// <param name="prefix">The plugin's.</param>
    /// <param name="record">The attachment.</param>
    public static string ChainName(string prefix, AttachmentRecord record) =>
        (prefix + ChainHash(record.CniNetwork, record.ContainerId))[..LongestChainName];

    /// <summary>The part of the container id that every rule with a comment shows.</summary>
    public static string ShownId(string containerId) => containerId[..Math.Min(ShownOfId, containerId.Length)];

    /// <summary>Whether a line is of plugin portmap: with iptables in its own chains, with nftables a DNAT.</summary>
    public static bool IsOfPorts(string line) => PortMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal));

    /// <returns>The single addresses from which packets come to these rules, each once, with the prefix length of a whole
    /// address.</returns>
    /// <param name="lines">In the form of iptables-save, ip6tables-save or nft.</param>
    public static IReadOnlyList<LinkAddress> SourcesIn(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => Source().Match(line)).Where(match => match.Success)
            .Select(match => IPAddress.TryParse(match.Groups["address"].ValueSpan, out var address) ? address : null).OfType<IPAddress>()
            .Distinct().Select(address => new LinkAddress($"{address}", address.GetAddressBytes().Length * 8)),
    ];

    public bool IsOn(string line) =>
        _own.Any(mark => line.Contains(mark, StringComparison.Ordinal))
        || (line.StartsWith(FirewallChain, StringComparison.Ordinal)
            && _addresses.Any(address => line.Contains(address, StringComparison.Ordinal)));

    [GeneratedRegex(@" (?:-s|saddr(?: ==)?) (?<address>(?>[0-9a-f.:]+))(?:/32|/128)?(?![0-9/])")]
    private static partial Regex Source();

    private static string ChainHash(string networkName, string containerId) =>
        Convert.ToHexStringLower(NameHash.Sha512(networkName + containerId));
}
