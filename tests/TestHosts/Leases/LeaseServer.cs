using System.Text.RegularExpressions;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts.Leases;

/// <summary>A DHCP server on the neighbour's end of the cable to a test host, whose leases are short: busybox's udhcpd.</summary>
public sealed partial class LeaseServer
{
    internal const string Program = "/run/bridge-test/busybox";
    internal const string ConfigurationFile = "/run/bridge-test/udhcpd.conf";
    internal const string LeaseFile = "/run/bridge-test/udhcpd.leases";

    private readonly TestHost _host;
    private readonly Daemon _daemon;

    internal LeaseServer(TestHost host, Daemon daemon)
    {
        _host = host;
        _daemon = daemon;
    }

    /// <summary>Short, so that a test can wait for its end.</summary>
    public static TimeSpan LeaseTime { get; } = TimeSpan.FromSeconds(20);

    internal static string Configuration { get; } = $"""
        interface uplink
        start 10.200.0.100
        end 10.200.0.199
        lease_file {LeaseFile}
        pidfile /run/bridge-test/udhcpd.own
        auto_time 1
        min_lease 5
        option lease {LeaseTime.TotalSeconds}
        option subnet 255.255.255.0
        option router {TestHost.NeighbourAddress}

        """;

    public string Log => _daemon.Log;

    /// <summary>How often it has granted or renewed the lease of an address.</summary>
    public int GrantsOf(string address) => Grant().Matches(Log).Count(grant => grant.Groups[1].Value == address);

    /// <returns>The addresses with a lease that is neither expired nor released.</returns>
    public Task<IReadOnlyList<string>> LeasedAsync(CancellationToken cancellationToken) =>
        // The server truncates and rewrites its file every second: one reading may get a part of it, or an error. A rewrite takes
        // far less time than the pause between two readings.
        Eventually.AtRestAsync<IReadOnlyList<string>>(LookAsync, (earlier, later) => later.SequenceEqual(earlier), cancellationToken);

    private async Task<IReadOnlyList<string>?> LookAsync(CancellationToken cancellationToken)
    {
        var dump = await _host.RunAsync([Program, "dumpleases", "-f", LeaseFile], cancellationToken);
        if (dump.ExitCode != 0 && dump.StandardError.Contains("short read", StringComparison.Ordinal))
            return null;

        var lines = dump.EnsureSuccess().Output.Split('\n').Where(line => !line.Contains("expired", StringComparison.Ordinal));
        return [.. lines.Select(line => Address().Match(line)).Where(match => match.Success).Select(match => match.Value)];
    }

    [GeneratedRegex("[Ss]ending ACK to ([0-9.]+)")]
    private static partial Regex Grant();

    [GeneratedRegex(@"\b10\.200\.0\.[0-9]+\b")]
    private static partial Regex Address();
}
