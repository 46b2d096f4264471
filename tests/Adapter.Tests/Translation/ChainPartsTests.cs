using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Adapter.Tests.Translation;

public sealed class ChainPartsTests
{
    private static readonly IReadOnlyList<RequestedPort> OnePort = [new RequestedPort("tcp", 80, "", 8080, 8080)];

    [Fact]
    public void With_ports_portmap_waits_until_the_endpoint_is_the_gateway()
    {
        var parts = ChainParts.Of(Conflists.Parse(Conflists.Stock), OnePort);
        Types(parts.Attaching).Should().Equal("bridge", "firewall");
        Types(parts.Publishing).Should().Equal("portmap");
    }

    [Fact]
    public void Without_ports_portmap_does_not_run_at_all()
    {
        var parts = ChainParts.Of(Conflists.Parse(Conflists.Stock), []);
        Types(parts.Attaching).Should().Equal("bridge", "firewall");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    [Fact]
    public void Without_ports_another_plugin_that_could_publish_runs_as_usual_since_it_may_do_more()
    {
        var parts = ChainParts.Of(Chain("bridge", "other-portmap"), []);
        Types(parts.Attaching).Should().Equal("bridge", "other-portmap");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    [Fact]
    public void A_main_plugin_that_publishes_by_itself_runs_once_and_at_once()
    {
        var network = Conflists.WithCapabilities("portMappings");
        ChainParts.MainPublishes(network).Should().BeTrue();
        var parts = ChainParts.Of(network, OnePort);
        Types(parts.Attaching).Should().Equal("bridge");
        parts.Publishing.Plugins.Should().BeEmpty();
    }

    private static NetworkConfiguration Chain(string main, string publisher) => Conflists.Parse(
        $$"""
        {"cniVersion": "1.0.0", "name": "n",
         "plugins": [ {"type": "{{main}}"}, {"type": "{{publisher}}", "capabilities": {"portMappings": true} } ] }
        """);

    private static IEnumerable<string> Types(NetworkConfiguration network) => network.Plugins.Select(plugin => plugin.Type);
}
