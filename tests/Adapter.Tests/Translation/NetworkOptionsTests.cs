using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Adapter.Tests.Translation;

public sealed class NetworkOptionsTests
{
    [Fact]
    public void The_cni_network_and_the_null_IPAM_are_read_from_what_Docker_20_10_sends()
    {
        var options = Read("""
            {"NetworkID":"57c2","Options":{"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{"cni.network":"pods"}},
             "IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0"}],"IPv6Data":[]}
            """);
        options.CniNetwork.Should().Be("pods");
        options.Ipam.Should().Be(IpamMode.Null);
    }

    [Fact]
    public void What_newer_engines_add_to_the_options_is_no_obstacle()
    {
        var options = Read("""
            {"NetworkID":"57c2","Options":{"com.docker.network.enable_ipv4":true,"com.docker.network.enable_ipv6":false,"com.docker.network.generic":{}},
             "IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0","AuxAddresses":{}}]}
            """);
        options.CniNetwork.Should().BeNull();
    }

    [Theory]
    [InlineData("""{"typo":"x"}""", "option -o typo is not known to driver cni. Known options: cni.network=NAME (the CNI network to use).")]
    [InlineData("""{"cni.network":""}""", "option -o cni.network needs a value: the name of a CNI network, as in -o cni.network=pods.")]
    public void An_option_that_cannot_be_honoured_is_refused_by_name(string generic, string message)
    {
        var read = () => Read($$"""{"NetworkID":"57c2","Options":{"com.docker.network.generic":{{generic}} } }""");
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void Internal_networks_are_refused_and_not_made_half_internal()
    {
        var read = () => Read("""{"NetworkID":"57c2","Options":{"com.docker.network.internal":true}}""");
        read.Should().Throw<CnmException>().WithMessage("--internal is not supported*");
    }

    private static NetworkOptions Read(string request) =>
        NetworkOptions.Read(JsonSerializer.Deserialize(request, CnmJson.Default.CreateNetworkRequest)!);
}
