using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class BandwidthLimitsTests
{
    [Theory]
    [InlineData("ingress=10mbit", """{"ingressRate":10000000,"ingressBurst":1048576}""")]
    [InlineData("ingress=1gbit", """{"ingressRate":1000000000,"ingressBurst":100000000}""")]
    [InlineData("ingress=100gbit", """{"ingressRate":100000000000,"ingressBurst":4000000000}""")]
    [InlineData("egress=1mbit egress.burst=256kibyte", """{"egressRate":1000000,"egressBurst":2097152}""")]
    [InlineData(
        "ingress=8kbit egress=2mbyte", """{"ingressRate":8000,"ingressBurst":1048576,"egressRate":16000000,"egressBurst":1600000}""")]
    public void Limits_become_the_capability_with_a_burst_for_each_rate(string options, string capability) =>
        BandwidthLimits.Read(Options(options), Chain)!.ToJsonString().Should().Be(capability);

    [Fact]
    public void Without_limits_no_plugin_is_needed() =>
        BandwidthLimits.Read(Options(""), Conflists.Parse(Conflists.Stock)).Should().BeNull();

    [Theory]
    [InlineData("ingress=1kbit", "option cni.bandwidth.ingress=1kbit is out of range: 8kbit to 100gbit is allowed.")]
    [InlineData("egress=1tbit", "option cni.bandwidth.egress=1tbit is out of range: 8kbit to 100gbit is allowed.")]
    [InlineData(
        "egress=10mbit egress.burst=1kbit", "option cni.bandwidth.egress.burst=1kbit is out of range: 2kibyte to 4gbit is allowed.")]
    [InlineData(
        "egress=10mbit egress.burst=8gbit", "option cni.bandwidth.egress.burst=8gbit is out of range: 2kibyte to 4gbit is allowed.")]
    [InlineData("egress=1mbit egress.burst=1gbit", "option cni.bandwidth.egress.burst=1gbit is more than 250 s of the rate*")]
    [InlineData("egress.burst=1mbit",
        "option cni.bandwidth.egress.burst needs the option cni.bandwidth.egress, which is missing.")]
    public void A_limit_without_effect_is_refused(string options, string message)
    {
        var read = () => BandwidthLimits.Read(Options(options), Chain);
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void A_chain_without_the_capability_is_refused_with_what_to_add()
    {
        var read = () => BandwidthLimits.Read(Options("ingress=10mbit"), Conflists.Parse(Conflists.Stock));
        read.Should().Throw<CnmException>().WithMessage(
            "bandwidth cannot be limited on CNI network \"pods\": none of its plugins has the capability \"bandwidth\". " +
            "Add {\"type\": \"bandwidth\", \"capabilities\": {\"bandwidth\": true}} to the plugins in test.conflist, or omit " +
            "cni.bandwidth.*.");
    }

    [Theory]
    [InlineData("ingressRate")]
    [InlineData("egressburst")]
    [InlineData("unshapedSubnets")]
    public void Limits_are_refused_where_the_stock_plugin_has_limits_of_its_own_which_take_precedence(string field)
    {
        var chain = Conflists.Parse($$"""
            {"cniVersion": "1.0.0", "name": "n", "plugins": [
              {"type": "bridge"}, {"type": "bandwidth", "{{field}}": 1000, "capabilities": {"bandwidth": true} } ] }
            """);
        var read = () => BandwidthLimits.Read(Options("ingress=10mbit"), chain);
        read.Should().Throw<CnmException>().WithMessage(
            "*its plugin bandwidth has limits of its own in test.conflist, which override the options*");
    }

    private static NetworkConfiguration Chain => Conflists.WithCapabilities("bandwidth");

    private static Dictionary<string, string> Options(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=')).ToDictionary(
            option => "cni.bandwidth." + option[0], option => option[1]);
}
