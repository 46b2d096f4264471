using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Adapter.Tests.Translation;

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

    [Fact]
    public void No_list_means_no_ports() => PublishedPorts.Read(new Dictionary<string, JsonElement>()).Should().BeEmpty();

    [Theory]
    [InlineData("""{"Proto":1,"Port":80}""", "*protocol number 1; tcp (6), udp (17) and sctp (132)*")]
    [InlineData("""{"Proto":6,"Port":0,"HostPort":80}""", "*80-80:0/tcp is outside 1 to 65535.")]
    [InlineData("""{"Proto":6,"Port":80,"HostPort":1,"HostPortEnd":70000}""", "*1-70000:80/tcp is outside 1 to 65535.")]
    [InlineData("""{"Proto":6,"Port":80,"HostIP":"here"}""", "*names host address \"here\", which is not an IP address.")]
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
            """[{"hostPort":8080,"containerPort":80,"protocol":"tcp"},{"hostPort":53,"containerPort":53,"protocol":"udp","hostIP":"127.0.0.1"}]""");
    }

    private static IReadOnlyList<RequestedPort> Read(string list)
    {
        using var json = JsonDocument.Parse(list);
        return PublishedPorts.Read(new Dictionary<string, JsonElement> { ["com.docker.network.portmap"] = json.RootElement });
    }
}
