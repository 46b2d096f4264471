using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class EndpointOptionsTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("cni.args.A=net", "", "cni.args.A=net")]
    [InlineData("", "cni.args.A=own", "cni.args.A=own")]
    [InlineData("cni.args.A=net", "cni.args.A=own", "cni.args.A=own")]
    [InlineData("cni.args.A=net", "cni.args.A=", "")]
    [InlineData("", "cni.args.A=", "")]
    [InlineData("cni.args.Zone=net", "cni.args.zone=own", "cni.args.Zone=own")]
    [InlineData("cni.args.Zone=net;cni.args.zone=low", "cni.args.zone=own", "cni.args.Zone=net;cni.args.zone=own")]
    [InlineData("cni.args.k8s_pod_name=net", "cni.args.k8s_pod_name=own", "cni.args.K8S_POD_NAME=own")]
    [InlineData("cni.bandwidth.ingress=1mbit", "cni.bandwidth.egress=2mbit", "cni.bandwidth.egress=2mbit;cni.bandwidth.ingress=1mbit")]
    [InlineData("", "com.docker.network.endpoint.sysctls=x", "")]
    public void The_endpoints_own_options_win_over_its_networks(string defaults, string given, string merged) =>
        string.Join(';', EndpointOptions.Merge(Parse(defaults), Elements(given)).Select(option => $"{option.Key}={option.Value}"))
            .Should().Be(merged);

    [Theory]
    [InlineData("cni.typo=x")]
    [InlineData("cni.bandwidth.ingres=1mbit")]
    [InlineData("cni.network=pods")]
    [InlineData("cni.attach=sandbox")]
    public void An_unknown_endpoint_option_of_ours_is_refused_with_the_known_ones(string given)
    {
        var merge = () => EndpointOptions.Merge(Parse(""), Elements(given));
        merge.Should().Throw<CnmException>().WithMessage(
            $"unknown endpoint option {given.Split('=')[0]}. Known options: cni.args.KEY=VALUE (CNI_ARGS), cni.bandwidth.ingress=RATE*");
    }

    [Theory]
    [InlineData("cni.args.A={pod}", "option cni.args.A: {pod} is an unknown placeholder.*")]
    [InlineData("cni.args.A=", "option -o cni.args.A needs a value. Omit it to have no default.")]
    [InlineData("cni.args.IP=10.0.0.1", "option cni.args.IP *--ip*")]
    [InlineData("cni.bandwidth.ingress=fast", "*\"fast\" is not a rate*")]
    [InlineData("cni.bandwidth.ingress=10mbit", "bandwidth cannot be limited on CNI network \"pods\"*")]
    public void An_invalid_default_for_endpoints_is_refused_when_the_network_is_created(string defaults, string message)
    {
        var require = () => EndpointOptions.Require(Parse(defaults), Conflists.Parse(Conflists.Stock));
        require.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void A_default_that_depends_on_the_endpoint_is_accepted_as_it_is()
    {
        var require =
            () => EndpointOptions.Require(Parse("cni.args.K8S_POD_NAME=docker-{container.name};cni.bandwidth.egress=10mbit"),
                Conflists.WithCapabilities("bandwidth"));
        require.Should().NotThrow();
    }

    private static Dictionary<string, string> Parse(string text) =>
        text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(option => option.Split('=', 2)).ToDictionary(
            option => option[0], option => option[1]);

    private static Dictionary<string, JsonElement> Elements(string text) =>
        Parse(text).ToDictionary(option => option.Key, option => JsonSerializer.SerializeToElement(option.Value));
}
