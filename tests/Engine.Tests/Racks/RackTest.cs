using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Racks;
using Bridge.TestHosts.Sockets;

namespace Bridge.Engine.Tests.Racks;

/// <summary>Several hosts, each with a range of its own: what holds however their ranges are connected.</summary>
public abstract class RackTest : IAsyncLifetime
{
    private readonly RackFixture _fixture;

    protected RackTest(RackFixture fixture)
    {
        Assert.SkipUnless(fixture.MissingRequirement is null, fixture.MissingRequirement ?? "");
        _fixture = fixture;
    }

    private const string Feature = "Clusters: several hosts";

    private Rack Rack => _fixture.Rack;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Rack.Logs);

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Feature($"{Feature}: every container and pod reaches every other, with its own address")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Everything_reaches_everything_and_is_seen_with_its_own_address()
    {
        var stations = await Rack.StationsAsync(Cancellation);
        stations.Should().HaveCount(3 * Rack.Nodes.Count)
            .And.AllSatisfy(station => station.Address.Should().StartWith(ClusterNetwork.PrefixOf(station.Node.Number)));

        (await RackReach.GapsAsync(stations, Cancellation)).Should().BeEmpty();
        (await RackReach.PortGapsAsync(Rack.Nodes, Cancellation)).Should().BeEmpty();
        (await RackReach.HiddenSourcesAsync(stations, Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_address_of_another_hosts_range_is_refused_and_leaves_nothing()
    {
        var census = await Rack.Nodes[0].Host.CensusAsync(Cancellation);

        var refused = await Rack.Nodes[0].Host.DockerAsync(
            ["run", "--rm", "--network", ClusterNetwork.Name, "--ip", $"{ClusterNetwork.PrefixOf(2)}77", "bridge-test", "true"],
            Cancellation);

        refused.Succeeded.Should().BeFalse();
        refused.StandardError.Should().Contain("subnet");
        string.Join('\n', await Rack.Nodes[0].Host.ChangesSinceAsync(census, Eventually.Bound, Cancellation)).Should().BeEmpty();
    }

    [Feature($"{Feature}: the MTU is the network's")]
    [Fact]
    public async Task A_packet_of_exactly_the_MTU_passes_unfragmented_and_a_larger_one_is_refused()
    {
        var stations = await Rack.StationsAsync(Cancellation);
        var mtu = ClusterNetwork.MtuOf(Rack.Flannel.Backend);
        foreach (var from in stations.Where(station => station.Node.Number == 1))
        {
            foreach (var to in stations.Where(station => station.Node.Number == 2))
            {
                (await RackReach.PassAsync(from, to, mtu, Cancellation)).Should().Be(Passage.Passed, $"{from} → {to}");
                (await RackReach.PassAsync(from, to, mtu + 1, Cancellation)).Should().Be(Passage.Refused, $"{from} → {to}");
            }
        }

        (await StatusView.OfAsync(Rack.Nodes[0].Host, Cancellation)).Endpoints.Should().HaveCount(Node.Containers.Count)
            .And.AllSatisfy(endpoint => endpoint.Mtu.Should().Be(mtu));
    }

    [Feature($"{Feature}: a power cut of one")]
    [Fact(Timeout = Deadline.Long)]
    public async Task One_host_is_cut_from_power_and_comes_back_while_the_others_go_on()
    {
        var cut = Rack.Nodes[1];
        var others = (await Rack.StationsAsync(Cancellation)).Where(station => station.Node != cut).ToArray();
        await using var connection = await LongConnection.OpenAsync(others[0], others[^1], Cancellation);
        var census = await Rack.Nodes[0].Host.CensusAsync(Cancellation);

        await cut.Host.PowerCutAsync(Cancellation);
        (await RackReach.GapsAsync(others, Cancellation)).Should().BeEmpty();
        await Rack.BootAsync(cut, Cancellation);

        (await cut.WaitUntilWellAsync(Cancellation)).Should().BeEmpty();
        (await StatusView.OfAsync(cut.Host, Cancellation)).Endpoints.Should().HaveCount(Node.Containers.Count);
        var stations = await Rack.StationsAsync(Cancellation);
        (await RackReach.GapsAsync(stations, Cancellation)).Should().BeEmpty();
        (await RackReach.PortGapsAsync(Rack.Nodes, Cancellation)).Should().BeEmpty();
        (await connection.IsAliveAsync(Cancellation)).Should().BeTrue();
        string.Join('\n', await Rack.Nodes[0].Host.ChangesSinceAsync(census, Eventually.Bound, Cancellation)).Should().BeEmpty();
    }

    [Feature($"{Feature}: one is drained and leaves")]
    [Fact(Timeout = Deadline.Long)]
    public async Task One_host_is_drained_and_leaves_nothing_on_itself_and_on_the_others_and_can_come_back()
    {
        var leaver = Rack.Nodes[^1];
        var before = await Rack.StationsAsync(Cancellation);
        (await RackReach.GapsAsync(before, Cancellation)).Should().BeEmpty();
        await ConnectAsync(before[0], before.First(station => station.Node == leaver));

        await leaver.DrainAsync(Cancellation);
        string.Join('\n', await leaver.Host.ChangesSinceAsync(_fixture.EmptyCensus, Eventually.Bound, Cancellation)).Should().BeEmpty();
        await Rack.RemoveAsync(leaver, Cancellation);

        foreach (var node in Rack.Flannel.Members)
        {
            (await FlannelStandIn.TracesAsync(node, leaver.Number, Cancellation)).Should().BeEmpty($"{node} has forgotten {leaver}");
            (await node.Host.BridgeAsync(["status", "--exit-code"], Cancellation)).EnsureSuccess();
        }

        (await RackReach.GapsAsync(await Rack.StationsAsync(Cancellation), Cancellation)).Should().BeEmpty();

        await Rack.AddAsync(leaver, Cancellation);
        (await RackReach.GapsAsync(await Rack.StationsAsync(Cancellation), Cancellation)).Should().BeEmpty();
    }

    // Both ends are processes of the containers: the kernel ends the connection when it kills one.
    private static async Task ConnectAsync(Station from, Station to)
    {
        const string Port = "84";
        await to.Node.DockerAsync(Cancellation, "exec", "--detach", to.Name, "nc", "-ll", "-p", Port, "-e", "cat");
        await from.Node.DockerAsync(
            Cancellation, "exec", "--detach", from.Name, "sh", "-c", $"until sleep 600 | nc {to.Address} {Port}; do sleep 0.1; done");
        await Eventually.TrueAsync(
            async token => (await FlannelStandIn.TracesAsync(from.Node, to.Node.Number, token))
                .Any(trace => trace.Contains("ESTABLISHED", StringComparison.Ordinal)),
            $"a connection {from} → {to}", Cancellation);
    }

    [Fact]
    public async Task Without_the_rule_for_the_clusters_range_the_peer_sees_the_address_of_the_host()
    {
        const string Rule = "FLANNEL-POSTRTG -s 10.244.1.0/24 -d 10.244.0.0/16 -j RETURN";
        var stations = (await Rack.StationsAsync(Cancellation))
            .Where(station => station.Name == "web" && station.Node.Number <= 2).ToArray();
        var first = Rack.Nodes[0];
        await first.Host.ShellAsync($"iptables -t nat -D {Rule}", Cancellation);
        try
        {
            (await RackReach.HiddenSourcesAsync(stations, Cancellation)).Should().ContainSingle()
                .Which.Should().StartWith($"{stations[0]} → {stations[1]} sees ");
        }
        finally
        {
            await first.Host.ShellAsync($"iptables -t nat -I {Rule}", CancellationToken.None);
        }
    }
}
