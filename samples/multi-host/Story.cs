using Bridge.Samples.Presentation;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Racks;
using Bridge.TestHosts.Sockets;
using Spectre.Console;

namespace Bridge.Samples.MultiHost;

/// <summary>The demonstration, from the first address to the host that leaves.</summary>
internal sealed class Story(Rack rack, StepLog progress)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Of more hosts the tables would be too long to read.
    private const int MostInDetail = 3;

    private bool _isGood = true;
    private HostCensus? _emptyLast;

    /// <returns>Whether everything was as it should be.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        await ShowReachAsync(cancellationToken);
        await ShowMtuAsync(cancellationToken);
        await CutPowerAsync(rack.Nodes[1], cancellationToken);
        await LeaveAsync(rack.Nodes[^1], cancellationToken);
        progress.Say(_isGood
            ? "Everything reached everything, and nothing stale was left"
            : "Something is wrong: see each NO, and the logs");
        return _isGood;
    }

    // 1. Every host gets its range. flannel would do this part, and the routes: a stand-in does it here.
    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var network = ClusterNetwork.FlannelPlugin is null ? "bridge, as flannel would ask for it" : "flannel";
        var entries = rack.Flannel.Backend == Backend.Vxlan
            ? "a VXLAN device, for each other host a forwarding entry and a route"
            : "for each other host a route";
        progress.Say($"Each gets a part of the cluster's range {ClusterNetwork.Range} (CNI plugin: {network})");
        StepLog.Show("In place of flanneld, which needs a Kubernetes API server or etcd, the demo makes what flanneld makes on each host:");
        StepLog.Show($"the lease, {entries}, and the firewall rules.");
        await rack.JoinAllAsync(cancellationToken);
        progress.Say($"On each: docker run --network {ClusterNetwork.Name}, twice (web: -p {Node.PublishedPort}:80, worker), and a pod");
        _emptyLast = await rack.RunAllAsync(cancellationToken);
        foreach (var node in rack.Nodes)
        {
            const string Routes = "ip route show | grep '^10.244' | sed 's/ *$//; s/ proto kernel scope link//' | paste -s -d '|' | sed 's,|,;  ,g'";
            StepLog.Show($"{node}: {await node.Host.ShellAsync(Routes, cancellationToken)}");
        }
    }

    // 2. Addresses, and who reaches whom.
    private async Task ShowReachAsync(CancellationToken cancellationToken)
    {
        progress.Say("Trying who reaches whom");
        var stations = await rack.StationsAsync(cancellationToken);
        AnsiConsole.Write(ReachTables.Addresses(stations));
        var reach = new ReachTables(rack.Nodes, stations);
        _isGood &= rack.Nodes.Count <= MostInDetail
            ? await reach.WriteAllAsync(cancellationToken)
            : await reach.WriteByHostAsync(cancellationToken);
        Judge("every container and pod is seen with its own address, on whichever host its peer is",
            await RackReach.HiddenSourcesAsync(stations, cancellationToken));
    }

    // 3. A packet of exactly the network's MTU, which nobody may fragment.
    private async Task ShowMtuAsync(CancellationToken cancellationToken)
    {
        var stations = await rack.StationsAsync(cancellationToken);
        var (from, to) = (stations[0], stations.First(station => station.Node.Number == 2));
        var mtu = ClusterNetwork.MtuOf(rack.Flannel.Backend);
        foreach (var (size, expected) in new[] { (mtu, Passage.Passed), (mtu + 1, Passage.Refused) })
        {
            var passage = await RackReach.PassAsync(from, to, size, cancellationToken);
            Judge(
                $"a datagram of {size} bytes, unfragmented, {from} → {to}: {passage}",
                passage == expected ? [] : [$"expected: {expected}"]);
        }
    }

    // 4. One host loses power. The others go on, and it comes back.
    private async Task CutPowerAsync(Node node, CancellationToken cancellationToken)
    {
        var others = (await rack.StationsAsync(cancellationToken)).Where(station => station.Node != node).ToArray();
        await using var connection = await LongConnection.OpenAsync(others[0], others[^1], cancellationToken);
        progress.Say($"Cutting the power of {node}");
        await node.Host.PowerCutAsync(cancellationToken);
        Judge("meanwhile the others reach each other", await RackReach.GapsAsync(others, cancellationToken));
        progress.Say($"{node} boots: network, containerd, cnm-cni, dockerd with its containers, then flanneld's part, then its pod");
        await rack.BootAsync(node, cancellationToken);
        Judge("its containers are back", await node.WaitUntilWellAsync(cancellationToken));
        Judge("they reach everything, and everything reaches them",
            await RackReach.GapsAsync(await rack.StationsAsync(cancellationToken), cancellationToken));
        Judge("so do their published ports", await RackReach.PortGapsAsync(rack.Nodes, cancellationToken));
        Judge($"a TCP connection {others[0]} → {others[^1]} carries bytes all the time ({connection.Exchanges} so far)",
            await connection.IsAliveAsync(cancellationToken) ? [] : ["it broke"]);
    }

    // 5. One host leaves for good.
    private async Task LeaveAsync(Node node, CancellationToken cancellationToken)
    {
        progress.Say($"Draining {node}: docker rm --force, pods removed, cnm-cni settle, docker network rm {ClusterNetwork.Name}");
        await node.DrainAsync(cancellationToken);
        Judge(
            "nothing of its containers and pods is left on it: addresses, rules, links, files, processes are as before",
            await node.Host.ChangesSinceAsync(_emptyLast!, Patience, cancellationToken));
        await rack.RemoveAsync(node, cancellationToken);
        foreach (var other in rack.Flannel.Members)
            Judge($"{other} has no trace of it", await FlannelStandIn.TracesAsync(other, node.Number, cancellationToken));

        foreach (var other in rack.Flannel.Members)
        {
            var status = await other.Host.BridgeAsync(["status", "--exit-code"], cancellationToken);
            Judge($"{other}: {status.Output.Split('\n')[0]}", status.Succeeded ? [] : [status.Output]);
        }

        Judge(
            "those that stay reach each other",
            await RackReach.GapsAsync(await rack.StationsAsync(cancellationToken), cancellationToken));
    }

    private void Judge(string statement, IReadOnlyList<string> problems)
    {
        AnsiConsole.MarkupLine($"  {ReachMatrix.Verdict(problems.Count == 0)}  {Markup.Escape(statement)}");
        foreach (var problem in problems)
            StepLog.Show($"    {problem}");

        _isGood &= problems.Count == 0;
    }
}
