using System.Text;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

/// <summary>A repeated DEL names each firewall back end, where the configuration leaves the choice to the plugin.</summary>
public sealed class FirewallBackendsTests
{
    [Fact]
    public void Each_plugin_that_chooses_its_back_end_gets_each_by_name()
    {
        var chain = Parse("""{ "type": "bridge", "ipMasq": true }, { "type": "firewall" }, { "type": "portmap", "snat": true }""");

        var variants = FirewallBackends.Of(chain).Select(PluginsOf);

        variants.Should().Equal(
            """{"type":"bridge","ipMasq":true,"ipMasqBackend":"nftables"} {"type":"firewall"} {"type":"portmap","snat":true,"backend":"nftables"}""",
            """{"type":"bridge","ipMasq":true,"ipMasqBackend":"iptables"} {"type":"firewall","backend":"iptables"} {"type":"portmap","snat":true,"backend":"iptables"}""");
    }

    [Fact]
    public void A_back_end_that_the_configuration_names_stays()
    {
        var chain = Parse("""{ "type": "ptp" }, { "type": "portmap", "backend": "iptables" }""");

        FirewallBackends.Of(chain).Select(PluginsOf).Should().Equal(
            """{"type":"ptp","ipMasqBackend":"nftables"} {"type":"portmap","backend":"iptables"}""",
            """{"type":"ptp","ipMasqBackend":"iptables"} {"type":"portmap","backend":"iptables"}""");
    }

    [Theory]
    [InlineData("""{ "type": "macvlan" }, { "type": "firewall", "backend": "iptables" }""")]
    [InlineData("""{ "type": "bridge", "ipMasqBackend": "nftables" }""")]
    public void A_chain_without_a_choice_is_not_repeated(string plugins) =>
        FirewallBackends.Of(Parse(plugins)).Should().BeEmpty();

    private static NetworkConfiguration Parse(string plugins) => NetworkConfiguration.Parse(
        Encoding.UTF8.GetBytes($$"""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [{{plugins}}] }"""), "10-pods.conflist");

    private static string PluginsOf(NetworkConfiguration chain) =>
        string.Join(' ', chain.Plugins.Select(plugin => plugin.Json.ToJsonString()));
}
