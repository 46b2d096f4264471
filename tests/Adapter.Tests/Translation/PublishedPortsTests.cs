using System.Net.Sockets;
using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class PublishedPortsTests
{
    [Fact]
    public void Ports_are_read_as_Docker_sends_them()
    {
        Read("""
            [{"Proto":6,"IP":"","Port":80,"HostIP":"","HostPort":18080,"HostPortEnd":18080},
             {"Proto":17,"IP":"","Port":81,"HostIP":"127.0.0.1","HostPort":18081,"HostPortEnd":18085},
             {"Proto":132,"IP":"","Port":82,"HostIP":"","HostPort":0,"HostPortEnd":0}]
            """).Should().Equal(
            new RequestedPort("tcp", 80, "", 18080, 18080),
            new RequestedPort("udp", 81, "127.0.0.1", 18081, 18085),
            new RequestedPort("sctp", 82, "", 0, 0));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("FD00:0::5", "fd00::5")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    public void A_host_address_is_written_as_plugins_compare_it(string sent, string read) =>
        Read($$"""[{"Proto":6,"Port":80,"HostIP":"{{sent}}","HostPort":8080,"HostPortEnd":8080}]""").Should().Equal(
            new RequestedPort("tcp", 80, read, 8080, 8080));

    [Theory]
    [InlineData("", "v4")]
    [InlineData("", "v6")]
    [InlineData("0.0.0.0", "v4")]
    [InlineData("0.0.0.0", "v4 v6")]
    [InlineData("127.0.0.1", "v4 v6")]
    [InlineData("fd00::5", "v4 v6")]
    public void A_port_at_an_address_of_a_family_that_the_container_has_is_fine(string hostIp, string families)
    {
        var require = () => Require(hostIp, families, "portmap");
        require.Should().NotThrow();
    }

    [Theory]
    [InlineData("::", "v4", "the container has no IPv6 address on CNI network \"n\"")]
    [InlineData("127.0.0.1", "v6", "the container has no IPv4 address on CNI network \"n\"")]
    [InlineData("::1", "v4 v6", "its plugin portmap cannot forward from IPv6's own loopback address, only from 127.0.0.1")]
    public void A_port_that_could_never_be_reached_is_refused(string hostIp, string families, string reason)
    {
        var require = () => Require(hostIp, families, "portmap");
        require.Should().Throw<CnmException>().WithMessage(
            $"port 80/tcp cannot be published at {hostIp}: {reason}. Choose another host address, or omit it, as in -p 8080:80.");
    }

    [Fact]
    public void Another_plugin_than_the_stock_one_may_know_how_to_forward_from_IPv6s_loopback_address()
    {
        var require = () => Require("::1", "v6", "other-portmap");
        require.Should().NotThrow();
    }

    [Fact]
    public void A_missing_list_means_no_ports() => PublishedPorts.Read(new Dictionary<string, JsonElement>()).Should().BeEmpty();

    [Theory]
    [InlineData("""{"Proto":1,"Port":80}""", "*protocol number 1; tcp (6), udp (17) and sctp (132)*")]
    [InlineData("""{"Proto":6,"Port":0,"HostPort":80}""", "*80-80:0/tcp is outside 1 to 65535.")]
    [InlineData("""{"Proto":6,"Port":80,"HostPort":1,"HostPortEnd":70000}""", "*1-70000:80/tcp is outside 1 to 65535.")]
    [InlineData("""{"Proto":6,"Port":80,"HostIP":"here"}""", "host address \"here\" of published port */tcp is not an IP address.")]
    public void A_port_that_no_plugin_could_publish_is_refused(string port, string message)
    {
        var read = () => Read($"[{port}]");
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void The_capability_names_a_host_address_only_when_there_is_one()
    {
        var capability = PublishedPorts.ToCapability([new PortMapping(8080, 80, "tcp", ""), new PortMapping(53, 53, "udp", "127.0.0.1")]);
        capability.ToJsonString().Should().Be(
            """[{"hostPort":8080,"containerPort":80,"protocol":"tcp"},{"hostPort":53,"containerPort":53""" +
            ""","protocol":"udp","hostIP":"127.0.0.1"}]""");
    }

    private static void Require(string hostIp, string families, string plugin) => PublishedPorts.RequireReachable(
        [new RequestedPort("tcp", 80, hostIp, 8080, 8080)],
        [.. families.Split(' ').Select(family => family == "v4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6)],
        Conflists.Parse($$"""{"cniVersion": "1.0.0", "name": "n", "plugins": [ {"type": "{{plugin}}"} ]}"""));

    private static IReadOnlyList<RequestedPort> Read(string list)
    {
        using var json = JsonDocument.Parse(list);
        return PublishedPorts.Read(new Dictionary<string, JsonElement> { ["com.docker.network.portmap"] = json.RootElement });
    }
}
