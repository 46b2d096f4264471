using System.Text;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

public sealed class IpamConfigurationTests
{
    [Fact]
    public void The_static_plugin_passes_reserved_addresses_to_the_chain_and_nothing_else_changes()
    {
        var network = Conflists.Parse("""
            { "cniVersion": "1.0.0", "name": "pods", "vendor": [9007199254740993], "plugins": [
              { "type": "bridge", "mtu": 1450, "ipam": { "type": "host-local", "subnet": "10.88.0.0/16" } }, { "type": "firewall" } ] }
            """);
        var reserved = CniResult.Parse(Encoding.UTF8.GetBytes("""
            { "ips": [ { "address": "10.88.0.5/16", "gateway": "10.88.0.1" }, { "address": "fd00::5/64" } ],
              "routes": [ { "dst": "0.0.0.0/0" }, { "dst": "10.1.0.0/16", "gw": "10.88.0.9" } ], "dns": { "nameservers": ["10.88.0.53"] } }
            """), "1.0.0");

        var told = IpamConfiguration.WithReserved(network, network, reserved);

        told.Plugins[0].Json.ToJsonString().Should().Be(
            """{"type":"bridge","mtu":1450,"ipam":{"type":"static","addresses":[""" +
            """{"address":"10.88.0.5/16","gateway":"10.88.0.1"},{"address":"fd00::5/64"}],"routes":[""" +
            """{"dst":"0.0.0.0/0"},{"dst":"10.1.0.0/16","gw":"10.88.0.9"}],"dns":{"nameservers":["10.88.0.53"]}}}""");
        told.Plugins[1].Json.ToJsonString().Should().Be("""{"type":"firewall"}""");
        Encoding.UTF8.GetString(told.ToUtf8Json().Span).Should().Contain("9007199254740993");
        (told.Name, told.CniVersion).Should().Be(("pods", "1.0.0"));
    }

    [Theory]
    [InlineData("{}", """{"cni":{"ips":["10.1.0.5/16","fd00::5/64"]}}""")]
    [InlineData("""{"vendor":1}""", """{"vendor":1,"cni":{"ips":["10.1.0.5/16","fd00::5/64"]}}""")]
    [InlineData("""{"cni":{"ips":["9.9.9.9"],"x":2}}""", """{"cni":{"ips":["10.1.0.5/16","fd00::5/64"],"x":2}}""")]
    public void Several_requested_addresses_are_added_to_the_plugins_args(string args, string expected)
    {
        var network =
            Conflists.Parse(
                $$"""{ "cniVersion": "1.0.0", "name": "n", "plugins": [ { "type": "bridge",""" +
                $$""" "args": {{args}}, "ipam": { "type": "host-local" } } ] }""");

        IpamConfiguration.WithRequested(network, ["10.1.0.5/16", "fd00::5/64"]).Plugins[0].Json["args"]!.ToJsonString().Should().Be(
            expected);
    }

    [Theory]
    [InlineData("10.1.0.0/24", "", "10.1.0.1 to 10.1.0.254")]
    [InlineData("10.1.0.0/24", ", \"rangeStart\": \"10.1.0.10\"", "10.1.0.10 to 10.1.0.254")]
    [InlineData("10.1.0.0/24", ", \"rangeStart\": \"10.1.0.10\", \"rangeEnd\": \"10.1.0.20\"", "10.1.0.10 to 10.1.0.20")]
    [InlineData("fd00::/120", "", "fd00::1 to fd00::ff")]
    public void Assignable_addresses_are_those_of_the_plugins_ranges(string subnet, string more, string expected)
    {
        var network = Conflists.WithIpam("bridge", $$"""{ "type": "host-local", "ranges": [[{ "subnet": "{{subnet}}"{{more}} }]] }""");

        AssignableRanges.Of(network, System.Net.IPNetwork.Parse(subnet)).ToString().Should().Be(expected);
    }

    [Fact]
    public void Ranges_of_one_subnet_count_together()
    {
        var network = Conflists.WithIpam("bridge", """
            { "type": "host-local", "ranges": [[{ "subnet": "10.1.0.0/24", "rangeEnd": "10.1.0.9" }, { "subnet": "10.1.0.0/24",
              "rangeStart": "10.1.0.200" }], [{ "subnet": "10.2.0.0/24" }]] }
            """);
        var ranges = AssignableRanges.Of(network, System.Net.IPNetwork.Parse("10.1.0.0/24"));

        ranges.Contains(System.Net.IPAddress.Parse("10.1.0.5")).Should().BeTrue();
        ranges.Contains(System.Net.IPAddress.Parse("10.1.0.50")).Should().BeFalse();
        ranges.LieIn(System.Net.IPNetwork.Parse("10.1.0.0/25")).Should().BeFalse();
        ranges.LieIn(System.Net.IPNetwork.Parse("10.1.0.0/16")).Should().BeTrue();
    }
}
