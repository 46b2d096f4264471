using System.Globalization;
using Bridge.Samples.Presentation;
using Bridge.TestHosts.Racks;
using Bridge.TestHosts.Tracing;
using Spectre.Console;

namespace Bridge.Samples.MultiHost;

/// <summary>What one container costs on a host alone, on the same host beside the others, and when it knows a thousand more.</summary>
internal sealed class CostComparison(Rack rack, StepLog progress)
{
    private const int Pretended = 1000;

    /// <returns>Whether nothing grew with the cluster.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (SystemCallTrace.Missing() is { } missing)
        {
            progress.Say(missing);
            return false;
        }

        var first = rack.Nodes[0];
        await rack.Flannel.JoinAsync(first, cancellationToken);
        await first.CreateNetworkAsync(cancellationToken);
        progress.Say("A container starts and ends three times under strace, on a cluster of 1 host");
        var alone = await AttachCost.MeasureAsync(first, cancellationToken);

        foreach (var other in rack.Nodes.Skip(1))
        {
            await rack.Flannel.JoinAsync(other, cancellationToken);
            await other.CreateNetworkAsync(cancellationToken);
            await other.RunAllAsync(cancellationToken);
        }

        progress.Say($"The same beside {rack.Nodes.Count - 1} more, each with two containers and a pod");
        var together = await AttachCost.MeasureAsync(first, cancellationToken);
        progress.Say($"The same when it knows {Pretended} more: what flannel enters for each, without the hosts");
        await rack.Flannel.PretendAsync(first, Pretended, cancellationToken);
        var large = await AttachCost.MeasureAsync(first, cancellationToken);

        AnsiConsole.Write(ToTable([alone, together, large]));
        var isEqual = together.HasGrownSince(alone) is [] && large.HasGrownSince(alone) is [];
        progress.Say(isEqual ? "Nothing grows with the cluster" : "Something grows with the cluster: see the table");
        return isEqual;
    }

    private Table ToTable(AttachCost[] costs)
    {
        var table = new Table { Title = new TableTitle("What one container costs cnm-cni (the least of three)") }
            .AddColumns("", "1 host", $"{rack.Nodes.Count} hosts", $"and {Pretended} known");
        Add("start: processes (plugins, and what they run)", cost => cost.Start.Programs);
        Add("start: fsyncs", cost => cost.Start.Syncs);
        Add("start: links moved", cost => cost.Start.Moves);
        Add("start: netlink requests", cost => cost.Start.NetlinkRequests);
        Add("start: bytes that netlink answered and reported", cost => cost.Start.NetlinkBytes);
        Add("repair: processes", cost => cost.Repair.Programs);
        Add("repair: netlink requests", cost => cost.Repair.NetlinkRequests);
        Add("repair: bytes that netlink answered and reported", cost => cost.Repair.NetlinkBytes);
        Add("end: processes", cost => cost.End.Programs);
        Add("end: fsyncs", cost => cost.End.Syncs);
        Add("end: links moved", cost => cost.End.Moves);
        Add("end: netlink requests", cost => cost.End.NetlinkRequests);
        Add("end: bytes that netlink answered and reported", cost => cost.End.NetlinkBytes);
        Add("records while it runs", cost => cost.Records);
        Add("memory of cnm-cni, KiB (not compared)", cost => cost.Memory);
        return table;

        void Add(string what, Func<AttachCost, long> count) =>
            table.AddRow([what, .. costs.Select(cost => count(cost).ToString("N0", CultureInfo.InvariantCulture))]);
    }
}
