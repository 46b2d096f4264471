using System.ComponentModel;
using System.Diagnostics;

namespace Bridge.Adapter.Leftovers;

/// <summary>The rules of this host, as the tools of its firewall write them down. Costs a process each, so it is for when something went wrong.</summary>
internal sealed class FirewallDump(TimeProvider timeProvider)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Both back ends of iptables answer to the first two, whichever the plugins use; the third has the rules of newer plugins too.
    private static readonly string[][] Tools = [["iptables-save"], ["ip6tables-save"], ["nft", "list", "ruleset"]];

    /// <returns>All lines of all tools that are installed: where one is missing, no plugin has made rules with it.</returns>
    /// <exception cref="IOException">A tool failed or did not answer, so that nothing is known of its rules.</exception>
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
                : throw new IOException($"{tool[0]} failed, so it is not known which rules are left: {(await errors).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new IOException($"{tool[0]} did not answer within {Patience.TotalSeconds:0} s, so it is not known which rules are left");
        }
    }

    private static Process? Start(string[] tool)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(tool[0], tool[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true });
        }
        catch (Win32Exception)
        {
            return null; // It is not installed.
        }
    }
}
