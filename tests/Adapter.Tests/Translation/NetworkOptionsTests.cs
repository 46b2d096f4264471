using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

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
    public void Options_that_newer_engines_add_are_ignored()
    {
        var options = Read("""
            {"NetworkID":"57c2","Options":{"com.docker.network.enable_ipv4":true,"com.docker.network.enable_ipv6":false,
              "com.docker.network.generic":{}},
             "IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0","AuxAddresses":{}}]}
            """);
        options.CniNetwork.Should().BeNull();
    }

    [Theory]
    [InlineData("""[{"AddressSpace":"null","Pool":"0.0.0.0/0"}]""", "Null", 0)]
    [InlineData("""[]""", "Null", 0)]
    [InlineData("""[{"AddressSpace":"LocalDefault","Pool":"10.88.0.0/16"}]""", "Docker", 1)]
    [InlineData("""[{"AddressSpace":"cni","Pool":"10.88.0.0/16","Gateway":"10.88.0.1/16"}]""", "Cni", 1)]
    public void The_address_space_says_which_IPAM_driver_the_network_has(string data, string ipam, int pools)
    {
        var options = Read($$"""{"NetworkID":"57c2","IPv4Data":{{data}} }""");
        options.Ipam.ToString().Should().Be(ipam);
        options.Pools.Should().HaveCount(pools);
    }

    [Theory]
    [InlineData(
        """{"typo":"x"}""",
        "unknown option -o typo of driver cni. Known options: cni.network=NAME (the CNI network to use), cni.attach=staging|sandbox " +
        "*cni.args.KEY=VALUE*")]
    [InlineData("""{"cni.typo":"x"}""", "unknown option -o cni.typo of driver cni.*")]
    [InlineData("""{"cni.network":""}""", "option -o cni.network needs a value: the name of a CNI network, as in -o cni.network=pods.")]
    [InlineData("""{"cni.attach":"there"}""", "option -o cni.attach=there is neither staging *nor sandbox *")]
    public void An_unsupported_option_is_refused_by_name(string generic, string message)
    {
        var read = () => Read($$"""{"NetworkID":"57c2","Options":{"com.docker.network.generic":{{generic}} } }""");
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void Everything_that_endpoints_depend_on_is_remembered()
    {
        var options = Read("""
            {"NetworkID":"57c2","Options":{"com.docker.network.internal":true,"com.docker.network.generic":
              {"cni.network":"pods","cni.attach":"sandbox","cni.args.K8S_POD_NAME":"{container.name}","cni.bandwidth.ingress":"10mbit"}},
             "IPv4Data":[{"AddressSpace":"cni","Pool":"10.88.0.0/16"}]}
            """);
        options.ToRecord("57c2", Conflists.Parse(Conflists.Stock)).Should().BeEquivalentTo(new NetworkRecord("57c2", "pods", IpamMode.Cni)
        {
            Internal = true,
            Attach = AttachMode.Sandbox,
            EndpointDefaults =
                new Dictionary<string, string> { ["cni.args.K8S_POD_NAME"] = "{container.name}", ["cni.bandwidth.ingress"] = "10mbit" },
        });
    }

    [Theory]
    [InlineData("{}", "Staging")]
    [InlineData("""{"cni.attach":"staging"}""", "Staging")]
    [InlineData("""{"cni.attach":"sandbox"}""", "Sandbox")]
    public void Plugins_run_in_a_staging_namespace_by_default(string generic, string attach) =>
        Read($$"""{"NetworkID":"57c2","Options":{"com.docker.network.generic":{{generic}} } }""").Attach.ToString().Should().Be(attach);

    [Fact]
    public void Only_an_internal_network_is_internal()
    {
        Read("""{"NetworkID":"57c2","Options":{"com.docker.network.internal":false}}""").Internal.Should().BeFalse();
        Read("""{"NetworkID":"57c2"}""").Internal.Should().BeFalse();
    }

    private static NetworkOptions Read(string request) =>
        NetworkOptions.Read(JsonSerializer.Deserialize(request, CnmJson.Default.CreateNetworkRequest)!);
}
