using System.Globalization;
using Bridge.TestHosts.Tracing;

namespace Bridge.TestHosts.Racks;

/// <summary>
/// What one container costs on a node: strace watches cnm-cni. Of several rounds the least counts: polling varies with the machine's load.
/// </summary>
/// <param name="Start">Of `docker run`.</param>
/// <param name="End">Of `docker rm --force`, with the work in the background.</param>
/// <param name="Repair">Of a pass of repair beside that container.</param>
/// <param name="Records">Files of state while the container runs.</param>
/// <param name="Memory">Of cnm-cni, resident, in KiB.</param>
public sealed record AttachCost(
    AttachCost.Part Start, AttachCost.Part Repair, AttachCost.Part End, int Records, long Memory)
{
    private const int Rounds = 3;
    private const int AllowedRequests = 4;
    private const int AllowedBytes = 8 * 1024;

    /// <summary>One command.</summary>
    /// <param name="Programs">Processes: plugins, and what they execute.</param>
    /// <param name="Syncs">fsync and fdatasync.</param>
    /// <param name="Moves">Links that were moved.</param>
    /// <param name="NetlinkRequests">Messages to the kernel.</param>
    /// <param name="NetlinkBytes">What the kernel answered and reported.</param>
    public sealed record Part(int Programs, int Syncs, int Moves, int NetlinkRequests, long NetlinkBytes)
    {
        internal static Part Of(SystemCallCounts counts) => new(
            counts.Programs.Count, counts.Syncs.Count, counts.Moves.Count, counts.NetlinkRequests.Count, counts.NetlinkBytes);

        internal IEnumerable<string> HasGrownSince(Part smaller, string when) =>
        [
            .. Grown($"{when}: processes", smaller.Programs, Programs, 0),
            .. Grown($"{when}: fsyncs", smaller.Syncs, Syncs, 0),
            .. Grown($"{when}: moves", smaller.Moves, Moves, 0),
            .. Grown($"{when}: netlink requests", smaller.NetlinkRequests, NetlinkRequests, AllowedRequests),
            .. Grown($"{when}: netlink bytes", smaller.NetlinkBytes, NetlinkBytes, AllowedBytes),
        ];

        internal Part Least(Part other) => new(
            Math.Min(Programs, other.Programs), Math.Min(Syncs, other.Syncs), Math.Min(Moves, other.Moves),
            Math.Min(NetlinkRequests, other.NetlinkRequests), Math.Min(NetlinkBytes, other.NetlinkBytes));
    }

    /// <summary>No pass of repair may come in between: <see cref="QuietSettings"/>.</summary>
    public static async Task<AttachCost> MeasureAsync(Node node, CancellationToken cancellationToken)
    {
        // What the plugins make once is there from now on, and what cnm-cni watches, too.
        await node.DockerAsync(cancellationToken, "run", "--detach", "--name", "first", "--network", ClusterNetwork.Name, "bridge-test");
        await node.BridgeAsync(cancellationToken, "repair");
        await node.DockerAsync(cancellationToken, "rm", "--force", "first");
        await node.Host.CensusAsync(cancellationToken);
        AttachCost? least = null;
        for (var round = 0; round < Rounds; round++)
        {
            var start = await TraceAsync(
                node,
                token => node.DockerAsync(
                    token, "run", "--detach", "--name", "counted", "--network", ClusterNetwork.Name, "bridge-test"),
                cancellationToken);
            var repair = await TraceAsync(node, token => node.BridgeAsync(token, "repair"), cancellationToken);
            var records = int.Parse(
                await node.Host.ShellAsync("find /var/lib/cnm-cni -path '*/history' -prune -o -type f -print | wc -l", cancellationToken),
                CultureInfo.InvariantCulture);
            var end = await TraceAsync(node, token => node.DockerAsync(token, "rm", "--force", "counted"), cancellationToken);
            var memory = long.Parse(
                await node.Host.ShellAsync($"awk '/^VmRSS/ {{ print $2 }}' /proc/{node.Host.Bridge.Pid}/status", cancellationToken),
                CultureInfo.InvariantCulture);
            least = least is null
                ? new(start, repair, end, records, memory)
                : new(least.Start.Least(start), least.Repair.Least(repair), least.End.Least(end), records, memory);
        }

        return least!;
    }

    /// <summary>
    /// Whatever a larger cluster must not make greater. Polling adds a few requests, and a change of a link, which the kernel reports as it
    /// happens, a KB or two. One look at a thousand routes would be 60 KB.
    /// </summary>
    /// <returns>"what: before → now" of each count that has grown.</returns>
    public IReadOnlyList<string> HasGrownSince(AttachCost smaller) =>
        [.. Start.HasGrownSince(smaller.Start, "start"), .. Repair.HasGrownSince(smaller.Repair, "repair"),
            .. End.HasGrownSince(smaller.End, "end"), .. Grown("records", smaller.Records, Records, 0)];

    private static IEnumerable<string> Grown(string what, long before, long now, long allowance) =>
        now > before + allowance ? [$"{what}: {before} → {now}"] : [];

    /// <summary>cnm-cni's settings for a measurement.</summary>
    public const string QuietSettings = "repair: { interval: 24h }\n";

    private static async Task<Part> TraceAsync(Node node, Func<CancellationToken, Task> command, CancellationToken cancellationToken)
    {
        await using var trace = await node.Host.TraceBridgeAsync(cancellationToken, withAnswers: true);
        await command(cancellationToken);
        await node.Host.CensusAsync(cancellationToken); // It comes when the work in the background is done.
        return Part.Of(await trace.StopAsync(cancellationToken));
    }
}
