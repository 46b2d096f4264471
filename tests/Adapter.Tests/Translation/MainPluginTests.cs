using Bridge.Adapter.Ipam;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class MainPluginTests
{
    private const string Ipam =
        """ "ipam": { "type": "host-local", "subnet": "10.89.0.0/24", "rangeStart": "10.89.0.9", "rangeEnd": "10.89.0.12" } """;

    [Theory]
    [InlineData($$"""{ "type": "bridge", {{Ipam}} }, { "type": "portmap" }""", "bridge")]
    [InlineData($$"""{ "type": "loopback" }, { "type": "bridge", {{Ipam}} }, { "type": "firewall" }""", "bridge")]
    [InlineData($$"""{ "type": "loopback" }, { "type": "tuning" }, { "type": "macvlan", {{Ipam}} }""", "macvlan")]
    [InlineData($$"""{ "type": "mesh" }, { "type": "ptp", {{Ipam}} }""", "ptp")]
    [InlineData($$"""{ "type": "mesh" }, { "type": "calico", {{Ipam}} }""", "calico")]
    [InlineData($$"""{ "type": "aws-cni" }, { "type": "egress-cni", {{Ipam}} }""", "aws-cni")]
    [InlineData("""{ "type": "loopback" }, { "type": "flannel" }, { "type": "portmap" }""", "flannel")]
    [InlineData("""{ "type": "cilium-cni" }""", "cilium-cni")]
    public void The_main_plugin_is_found_at_any_position(string plugins, string type) =>
        MainPlugin.Of(Chain(plugins)).Type.Should().Be(type);

    [Theory]
    [InlineData("""{ "type": "loopback" }""", "its plugin loopback makes no interface")]
    [InlineData("""{ "type": "loopback" }, { "type": "bandwidth" }, { "type": "portmap" }""",
        "none of its plugins loopback, bandwidth, portmap makes an interface")]
    [InlineData($$"""{ "type": "host-local", {{Ipam}} }""", "its plugin host-local makes no interface")]
    [InlineData(
        $$"""{ "type": "whereabouts", {{Ipam}} }, { "type": "portmap" }""", "none of its plugins whereabouts, portmap makes an interface")]
    [InlineData("""{ "type": "static" }""", "its plugin static makes no interface")]
    [InlineData("""{ "type": "dhcp" }""", "its plugin dhcp makes no interface")]
    [InlineData("""{ "type": "unheard-of" }""", null)]
    public void No_container_can_be_on_a_chain_without_a_main_plugin(string plugins, string? reason) =>
        MainPlugin.WhyNotAttachable(Chain(plugins)).Should().Be(reason);

    [Theory]
    [InlineData("""{ "type": "loopback" }""")]
    [InlineData("""{ "type": "tuning" }, { "type": "loopback" }""")]
    [InlineData("""{ "type": "istio-cni" }""")]
    public void The_configuration_of_the_main_plugin_is_read(string before)
    {
        var chain =
            Chain($$"""{{before}}, { "type": "bridge", "capabilities": { "portMappings": true }""" +
                $$""", {{Ipam}} }, { "type": "sbr" }, { "type": "portmap", "capabilities": { "portMappings": true } }""");

        var subnet = CniSubnet.Of(chain).Should().ContainSingle().Subject.Subnet;
        subnet.ToString().Should().Be("10.89.0.0/24");
        NetworkSupport.WhyNotReserved(chain).Should().BeNull();
        AssignableRanges.Of(chain, subnet).ToString().Should().Be("10.89.0.9 to 10.89.0.12");
        NetworkSupport.WhyNotStaged(chain, []).Should().BeNull();
        ChainParts.MainPublishes(chain).Should().BeTrue();
        var parts = ChainParts.Of(chain, [new RequestedPort("tcp", 80, "", 8080, 8080)], limitsBandwidth: false, AttachMode.Staging, []);
        parts.Attaching.Plugins.Should().Contain(plugin => plugin.Type == "bridge");
        parts.Publishing.Plugins.Select(plugin => plugin.Type).Should().Equal("portmap");
    }

    [Fact]
    public void An_ipam_section_before_that_of_the_main_plugin_needs_the_null_IPAM() =>
        NetworkSupport.WhyNotReserved(Chain($$"""{ "type": "mesh", {{Ipam}} }, { "type": "bridge", {{Ipam}} }""")).Should().Be(
            "its plugin mesh has an ipam section before that of bridge");

    private static NetworkConfiguration Chain(string plugins) =>
        Conflists.Parse($$"""{ "cniVersion": "1.0.0", "name": "chain", "plugins": [ {{plugins}} ] }""");
}
