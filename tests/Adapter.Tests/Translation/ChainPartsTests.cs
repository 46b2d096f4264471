using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class ChainPartsTests
{
    private static readonly IReadOnlyList<RequestedPort> OnePort = [new RequestedPort("tcp", 80, "", 8080, 8080)];

    [Fact]
    public void With_ports_portmap_waits_until_the_endpoint_is_the_gateway()
    {
        var parts = Parts(Conflists.Parse(Conflists.Stock), OnePort);
        Types(parts.Attaching).Should().Equal("bridge", "firewall");
        Types(parts.Publishing).Should().Equal("portmap");
    }

    [Fact]
    public void Without_ports_portmap_does_not_run_at_all()
    {
        var parts = Parts(Conflists.Parse(Conflists.Stock), []);
        Types(parts.Attaching).Should().Equal("bridge", "firewall");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    [Fact]
    public void Without_ports_another_plugin_with_portMappings_still_runs()
    {
        var parts = Parts(Chain("bridge", "other-portmap"), []);
        Types(parts.Attaching).Should().Equal("bridge", "other-portmap");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    [Fact]
    public void A_main_plugin_that_publishes_ports_runs_once_in_the_first_part()
    {
        var network = Conflists.WithCapabilities("portMappings");
        ChainParts.MainPublishes(network).Should().BeTrue();
        var parts = Parts(network, OnePort);
        Types(parts.Attaching).Should().Equal("bridge");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    [Fact]
    public void Plugins_that_configure_the_container_wait_for_the_arrival_of_the_link()
    {
        var parts =
            ChainParts.Of(
                Chain("bridge", "portmap", "sbr", "own", "firewall"), OnePort, limitsBandwidth: false, AttachMode.Staging, ["own"]);
        Types(parts.Attaching).Should().Equal("bridge", "firewall");
        Types(parts.Inside).Should().Equal("sbr", "own");
        Types(parts.Publishing).Should().Equal("portmap");
    }

    [Fact]
    public void Tuning_runs_twice_because_its_sysctls_do_not_move_with_the_link()
    {
        var parts = Parts(Chain("bridge", "portmap", "tuning"), []);
        Types(parts.Attaching).Should().Equal("bridge", "tuning");
        Types(parts.Inside).Should().Equal("tuning");
    }

    [Fact]
    public void Direct_attach_runs_all_of_them_at_once()
    {
        var parts = ChainParts.Of(Chain("bridge", "portmap", "tuning", "sbr"), OnePort, limitsBandwidth: false, AttachMode.Sandbox, []);
        Types(parts.Attaching).Should().Equal("bridge", "tuning", "sbr");
        parts.Inside.Plugins.Should().BeEmpty();
        Types(parts.Publishing).Should().Equal("portmap");
    }

    [Theory]
    [InlineData("""{"type": "bandwidth", "capabilities": {"bandwidth": true} }""", false, false)]
    [InlineData("""{"type": "bandwidth", "capabilities": {"bandwidth": true} }""", true, true)]
    [InlineData("""{"type": "bandwidth"}""", true, false)]
    [InlineData("""{"type": "bandwidth", "ingressRate": 1000, "ingressBurst": 8000}""", false, true)]
    [InlineData("""{"type": "other-bandwidth", "capabilities": {"bandwidth": true} }""", false, true)]
    public void The_stock_bandwidth_plugin_runs_only_with_limits(string plugin, bool limitsBandwidth, bool runs)
    {
        var network = Conflists.Parse($$"""{"cniVersion": "1.0.0", "name": "n", "plugins": [ {"type": "bridge"}, {{plugin}} ]}""");
        ChainParts.Of(network, [], limitsBandwidth, AttachMode.Staging, []).Attaching.Plugins.Should().HaveCount(runs ? 2 : 1);
    }

    private static ChainParts Parts(NetworkConfiguration network, IReadOnlyList<RequestedPort> ports) =>
        ChainParts.Of(network, ports, limitsBandwidth: false, AttachMode.Staging, []);

    private static NetworkConfiguration Chain(string main, string publisher, params string[] more) => Conflists.Parse(
        $$"""
        {"cniVersion": "1.0.0", "name": "n",
         "plugins": [ {"type": "{{main}}"}, {"type": "{{publisher}}",
           "capabilities": {"portMappings": true} }{{string.Concat(more.Select(type => $", {{\"type\": \"{type}\"}}"))}} ] }
        """);

    private static IEnumerable<string> Types(NetworkConfiguration network) => network.Plugins.Select(plugin => plugin.Type);
}
