using Bridge.Adapter.Networks;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

/// <summary>Networks whose subnets only a cluster knows: which can reserve ahead, and with which pools.</summary>
public sealed class UnstatedSubnetsTests
{
    [Theory]
    [InlineData("""{ "type": "calico", "ipam": { "type": "calico-ipam" } }""", "0.0.0.0/0 via 169.254.1.1")]
    [InlineData("""{ "type": "calico", "ipam": { "type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "false" } }""",
        "0.0.0.0/0 via 169.254.1.1")]
    [InlineData("""{ "type": "calico", "ipam": { "type": "calico-ipam", "assign_ipv6": "true" } }""", "0.0.0.0/0 via 169.254.1.1, ::/0")]
    [InlineData("""{ "type": "calico", "ipam": { "type": "calico-ipam", "assign_ipv4": false, "assign_ipv6": true } }""", "::/0")]
    [InlineData("""{ "type": "macvlan", "master": "eth0", "ipam": { "type": "spiderpool" } }""", "0.0.0.0/0")]
    [InlineData("""{ "type": "macvlan", "ipam": { "type": "spiderpool", "default_ipv6_ippool": ["six"] } }""", "0.0.0.0/0, ::/0")]
    [InlineData("""{ "type": "bridge", "ipam": { "type": "whereabouts", "network_name": "x" } }""", "0.0.0.0/0")]
    [InlineData("""{ "type": "somebodys", "ipam": { "type": "somebodys-ipam" } }""", "0.0.0.0/0")]
    public void A_separate_IPAM_plugin_reserves_from_a_pool_that_contains_every_address(string plugin, string pools)
    {
        var plan = NetworkPlan.Of(Chain(plugin), hasIPv6Alone: true, []);

        plan.WhyNull.Should().BeNull();
        plan.Pools.Should().Be(pools);
    }

    [Theory]
    [InlineData("""{ "type": "antrea", "ipam": { "type": "host-local" } }""", "its plugin antrea leaves the addresses to its agent")]
    [InlineData("""{ "type": "azure-vnet", "mode": "transparent", "ipam": { "type": "azure-vnet-ipam" } }""",
        "its plugin azure-vnet leaves the addresses to its agent")]
    [InlineData("""{ "type": "calico", "ipam": { "type": "host-local", "subnet": "usePodCidr" } }""",
        "its plugin calico asks the Kubernetes API for the subnet (usePodCidr)")]
    [InlineData("""{ "type": "bridge", "ipam": { "type": "host-local" } }""",
        "its configuration does not state the subnet of its IPAM plugin host-local")]
    [InlineData("""{ "type": "cilium-cni" }""", "its plugin cilium-cni leaves the addresses to its agent")]
    [InlineData("""{ "type": "aws-cni" }""", "its plugin aws-cni leaves the addresses to its agent")]
    [InlineData("""{ "type": "somebodys" }""", "its plugin somebodys has no ipam section")]
    [InlineData("""{ "type": "macvlan", "ipam": { "type": "dhcp" } }""", "its IPAM plugin dhcp takes its lease *")]
    [InlineData("""{ "type": "ipvlan", "ipam": { "type": "whereabouts" } }""", "links of ipvlan share *")]
    public void A_chain_whose_addresses_are_not_to_be_had_alone_uses_the_null_IPAM(string plugin, string reason)
    {
        NetworkSupport.WhyNotReserved(Chain(plugin)).Should().Match(reason);
        CniSubnet.Pools(Chain(plugin)).Should().BeEmpty();
    }

    [Fact]
    public void The_command_in_error_texts_names_the_pool_and_only_a_known_gateway()
    {
        NetworkCommand.Best("cni", Chain("""{ "type": "calico", "ipam": { "type": "calico-ipam" } }"""), AttachMode.Staging)
            .Should().EndWith("--subnet 0.0.0.0/0 --gateway 169.254.1.1 NETWORK");
        NetworkCommand.Best("cni", Chain("""{ "type": "bridge", "ipam": { "type": "weave-ipam" } }"""), AttachMode.Staging)
            .Should().EndWith("--subnet 0.0.0.0/0 NETWORK");
    }

    private static NetworkConfiguration Chain(string plugin) =>
        Conflists.Parse($$"""{ "cniVersion": "0.3.1", "name": "cluster", "plugins": [{{plugin}}] }""");
}
