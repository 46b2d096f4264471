using System.ComponentModel;
using System.Diagnostics;
using Bridge.Adapter.Sandboxes.Links;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// The firewall rules of this host, in the text form of its tools. Each tool is a process, so it is read only after something went wrong.
/// </summary>
internal sealed class FirewallDump(TimeProvider timeProvider)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // The first two show the rules of whichever iptables back end is the default; the third those of plugins that use nftables.
    private static readonly string[][] Tools = [["iptables-save"], ["ip6tables-save"], ["nft", "list", "ruleset"]];

    /// <returns>All lines of all installed tools. A plugin cannot have made rules with a tool that is missing.</returns>
    /// <exception cref="IOException">A tool failed or did not answer, so its rules are unknown.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var tool in Tools)
            lines.AddRange(await RunAsync(tool, cancellationToken));

        return lines;
    }

    private async Task<string[]> RunAsync(string[] tool, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var process = Start(tool);
        if (process is null)
            return [];

        try
        {
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            var output = await process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? output.Split('\n')
                : throw new IOException($"{tool[0]} failed, so remaining rules are unknown: {(await errors).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new IOException($"{tool[0]} did not answer within {Patience.TotalSeconds:0} s, so remaining rules are unknown");
        }
    }

    private static Process? Start(string[] tool)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(tool[0], tool[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            });
        }
        catch (Win32Exception)
        {
            return null; // Not installed.
        }
    }
}

/// <summary>
/// Recognizes the firewall rules of one attachment. The stock plugins write the container id into comments, and name their chains by the
/// SHA-512 of network name and container id (containernetworking/plugins pkg/utils: FormatChainName, FormatComment). Rules of plugin
/// firewall have the address alone, in a chain of their own.
/// </summary>
internal sealed class FirewallMarks
{
    private const string FirewallChain = "-A CNI-FORWARD ";

    // A chain's name has 28 characters, up to 7 of them a prefix; comments may be truncated too.
    private const int ShownOfHash = 20;
    private const int ShownOfId = 20;

    private static readonly string[] PortMarks = ["CNI-DN-", "CNI-HOSTPORT-", " dnat to "];

    private readonly string[] _own;
    private readonly string[] _addresses;

    /// <param name="networkName">Name of the CNI network.</param>
    /// <param name="containerId">CNI_CONTAINERID.</param>
    /// <param name="addresses">The attachment's addresses, without those that another container has by now.</param>
    public FirewallMarks(string networkName, string containerId, IEnumerable<LinkAddress> addresses)
    {
        var hash = Convert.ToHexStringLower(NameHash.Sha512(networkName + containerId));
        _own = [containerId.Length > ShownOfId ? containerId[..ShownOfId] : $"\"{containerId}", hash[..ShownOfHash]];
        _addresses = [.. addresses.Select(address => $" {address.Address}/{(address.IsIPv6 ? 128 : 32)} ")];
    }

    /// <summary>Whether a line is of plugin portmap: with iptables in its own chains, with nftables a DNAT.</summary>
    public static bool IsOfPorts(string line) => PortMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal));

    public bool IsOn(string line) =>
        _own.Any(mark => line.Contains(mark, StringComparison.Ordinal))
        || (line.StartsWith(FirewallChain, StringComparison.Ordinal)
            && _addresses.Any(address => line.Contains(address, StringComparison.Ordinal)));
}
