using Bridge.Adapter.Tests.Translation;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using CniInvoker;

namespace Bridge.Adapter.Tests.Networks;

public sealed class NetworkPlanTests
{
    private const string DualStack =
        """{"type":"host-local","ranges":[[{"subnet":"fd00:1::/64"}],[{"subnet":"10.1.0.0/24"}],[{"subnet":"10.2.0.0/24"}]]}""";

    [Fact]
    public void Addresses_are_reserved_ahead_from_the_subnets_that_the_CNI_network_declares()
    {
        var network = ToDocker(NetworkPlan.Of(Conflists.Parse(Conflists.Plain), hasIPv6Alone: false, []));

        network.Should().BeEquivalentTo(
            new { Name = "web", Driver = "cni", IpamDriver = "cni", IPv4 = true, IPv6 = false, Internal = false });
        network.Options.Should().Equal(new Dictionary<string, string> { ["cni.network"] = "plain", ["x"] = "y" });
        network.IpamOptions.Should().Equal(new Dictionary<string, string> { ["cni.network"] = "plain" });
        network.Labels.Should().Equal(new Dictionary<string, string> { ["a"] = "b" });
        Subnets(network).Should().Be("10.89.0.0/24 10.89.0.254");
    }

    [Fact]
    public void The_plan_has_the_first_subnet_of_each_family()
    {
        var network = ToDocker(NetworkPlan.Of(Conflists.WithIpam("bridge", DualStack), hasIPv6Alone: false, []));

        network.IPv6.Should().BeTrue();
        Subnets(network).Should().Be("10.1.0.0/24 10.1.0.1, fd00:1::/64 fd00:1::1");
    }

    [Fact]
    public void A_gateway_outside_of_its_subnet_is_left_out()
    {
        var network =
            ToDocker(
                NetworkPlan.Of(
                    Conflists.WithIpam("bridge", """{"type":"static","addresses":[{"address":"10.1.0.5/32","gateway":"169.254.1.1"}]}"""),
                    hasIPv6Alone: false, []));

        Subnets(network).Should().Be("10.1.0.5/32 -");
    }

    [Theory]
    [InlineData("""{"type":"dhcp"}""")]
    [InlineData("null")]
    [InlineData("""{"type":"host-local"}""")]
    public void Where_addresses_cannot_be_reserved_ahead_the_null_IPAM_is_used_without_any_subnet(string ipam)
    {
        var plan = NetworkPlan.Of(Conflists.WithIpam("bridge", ipam), hasIPv6Alone: true, []);

        plan.WhyNull.Should().NotBeNullOrEmpty();
        AssertNull(plan);
    }

    [Fact]
    public void The_null_IPAM_can_be_asked_for() => AssertNull(NetworkPlan.WithNullIpam(Conflists.Parse(Conflists.Stock), []));

    [Fact]
    public void A_CNI_network_without_IPv4_becomes_a_Docker_network_without_IPv4_where_Docker_knows_such()
    {
        var network = Conflists.WithIpam("bridge", """{"type":"host-local","subnet":"fd00::/64"}""");

        NetworkPlan.IsIPv6Alone(network).Should().BeTrue();
        ToDocker(NetworkPlan.Of(network, hasIPv6Alone: true, [])).Should().BeEquivalentTo(
            new { IpamDriver = "cni", IPv4 = false, IPv6 = true });
        var plan = NetworkPlan.Of(network, hasIPv6Alone: false, []);
        AssertNull(plan);
        plan.WhyNull.Should().Be("it has no IPv4 subnet, which Docker requires before version 28");
    }

    [Fact]
    public void The_summary_of_a_plan_is_one_line()
    {
        NetworkPlan.Of(Conflists.WithIpam("bridge", DualStack), hasIPv6Alone: false, []).Summary.Should().Be(
            "10.1.0.0/24 via 10.1.0.1, fd00:1::/64 via fd00:1::1");
        NetworkPlan.WithNullIpam(Conflists.Parse(Conflists.Stock), []).Summary.Should().Be("null");
    }

    [Fact]
    public void A_chain_that_can_only_be_attached_in_the_sandbox_is_attached_there()
    {
        var plan = NetworkPlan.Of(Conflists.WithIpam("macvlan", """{"type":"dhcp"}"""), hasIPv6Alone: true, []);

        plan.WhyInSandbox.Should().NotBeNullOrEmpty();
        plan.Summary.Should().Be("null, cni.attach=sandbox");
        AssertNull(plan);
        ToDocker(plan).Options.Should().Equal(
            new Dictionary<string, string> { ["cni.network"] = "addressed", ["cni.attach"] = "sandbox", ["x"] = "y" });
    }

    [Fact]
    public void Addresses_are_reserved_ahead_for_a_chain_that_the_settings_attach_in_the_sandbox()
    {
        var plan = NetworkPlan.Of(Conflists.Parse(Conflists.Plain), hasIPv6Alone: false, ["bridge"]);

        plan.Summary.Should().Be("10.89.0.0/24 via 10.89.0.254, cni.attach=sandbox");
        ToDocker(plan).Should().BeEquivalentTo(new { IpamDriver = "cni" });
        ToDocker(plan).Options.Should().Contain("cni.attach", "sandbox");
    }

    [Fact]
    public void A_given_option_overrides_the_plan()
    {
        var plan = NetworkPlan.Of(Conflists.WithIpam("macvlan", """{"type":"dhcp"}"""), hasIPv6Alone: true, []);

        plan.ToDocker("web", "cni", new Dictionary<string, string> { ["cni.attach"] = "staging" }, new Dictionary<string, string>()).Options
            .Should().Contain("cni.attach", "staging");
    }

    private static void AssertNull(NetworkPlan plan)
    {
        var network = ToDocker(plan);
        network.Should().BeEquivalentTo(new { IpamDriver = "null", IPv4 = true, IPv6 = false });
        network.IpamOptions.Should().BeEmpty();
        network.Subnets.Should().BeEmpty();
    }

    private static NewNetwork ToDocker(NetworkPlan plan) =>
        plan.ToDocker("web", "cni", new Dictionary<string, string> { ["x"] = "y" }, new Dictionary<string, string> { ["a"] = "b" });

    private static string Subnets(NewNetwork network) =>
        string.Join(", ", network.Subnets.Select(pool => $"{pool.Subnet} {pool.Gateway?.ToString() ?? "-"}"));
}
