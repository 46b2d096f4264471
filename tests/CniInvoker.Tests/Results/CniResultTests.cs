using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Results;

public sealed class CniResultTests
{
    private const string Lists = """
        {"interfaces":[{"name":"cni0","mac":"aa:aa:aa:aa:aa:aa"},{"name":"eth0"},{"name":"eth0","mac":"bb:bb:bb:bb:bb:bb","sandbox":"/run/netns/x","mtu":1450,"socketPath":"/run/vhost.sock","pciID":"0000:04:00.5"}],
         "ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1","interface":2},{"address":"fd00::3/64"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"},{"dst":"10.9.9.9/8","mtu":1400,"priority":5,"table":100,"scope":253,"advmss":1360},{"dst":"fd00:1::/32","gw":null}],
         "dns":{"nameservers":["10.1.0.1"],"domain":"local","search":["a","b"],"options":["ndots:2"]}}
        """;

    [Theory]
    [InlineData("0.3.0")]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    [InlineData("1.1.0")]
    public void A_result_is_read_the_same_in_every_version_with_lists(string version)
    {
        var result = Parse(Lists, version);

        result.CniVersion.Should().Be(version);
        result.Interfaces.Should().Equal(
            new CniInterface("cni0", "aa:aa:aa:aa:aa:aa", null, null), new CniInterface("eth0", null, null, null),
            new CniInterface("eth0", "bb:bb:bb:bb:bb:bb", "/run/netns/x", 1450) { SocketPath = "/run/vhost.sock", PciId = "0000:04:00.5" });
        result.Ips.Should().Equal(
            new CniIp(IPAddress.Parse("10.1.2.3"), 16, IPAddress.Parse("10.1.0.1"), 2),
            new CniIp(IPAddress.Parse("fd00::3"), 64, null, null));
        result.Routes.Should().Equal(
            new CniRoute(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse("10.1.0.1")),
            new CniRoute(IPNetwork.Parse("10.0.0.0/8"), null, 1400, 5, 100, 253, 1360),
            new CniRoute(IPNetwork.Parse("fd00:1::/32"), null));
        result.Dns.Should().BeEquivalentTo(new CniDns(["10.1.0.1"], "local", ["a", "b"], ["ndots:2"]));
    }

    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.2.0")]
    public void A_result_with_one_address_per_IP_version_is_read_too(string version)
    {
        var result = Parse(
            """{"ip4":{"ip":"10.1.2.3/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},"ip6":{"ip":"fd00::3/64","routes":[{"dst":"::/0","gw":"fd00::1"}]},"dns":{"domain":"local"}}""",
            version);

        result.Interfaces.Should().BeEmpty();
        result.Ips.Select(ip => $"{ip.Address}/{ip.PrefixLength} {ip.Gateway}").Should().Equal("10.1.2.3/16 10.1.0.1", "fd00::3/64 ");
        result.Routes.Select(route => $"{route.Destination} {route.Gateway}").Should().Equal("0.0.0.0/0 ", "::/0 fd00::1");
        result.Dns.Domain.Should().Be("local");
    }

    [Fact]
    public void The_container_interface_is_the_one_with_a_sandbox()
    {
        var result = Parse(Lists, "1.0.0");

        result.ContainerInterface("eth0").Should().BeSameAs(result.Interfaces[2]);
        result.ContainerInterface("cni0").Should().BeNull();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"cniVersion":"","interfaces":null,"ips":null,"routes":null,"dns":null}""")]
    public void A_result_may_be_empty(string text)
    {
        var result = Parse(text, "1.0.0");

        result.Should().BeEquivalentTo(
            new { CniVersion = "1.0.0", Interfaces = Array.Empty<object>(), Ips = Array.Empty<object>(), Routes = Array.Empty<object>() });
        result.Json["cniVersion"]!.GetValue<string>().Should().Be("1.0.0");
    }

    [Fact]
    [Case(43, "unknown-result-fields")]
    public void Unknown_fields_are_kept_and_Json_is_a_copy()
    {
        var result = Parse("""{"cniVersion":"0.4.0","vendor":{"big":9007199254740993}}""", "1.0.0");

        result.Json["vendor"] = null;

        result.Json.ToJsonString().Should().Be("""{"cniVersion":"0.4.0","vendor":{"big":9007199254740993}}""");
    }

    [Fact]
    public void FromJson_copies_its_argument()
    {
        var json =
            new JsonObject { ["interfaces"] = new JsonArray(new JsonObject { ["name"] = "eth0", ["sandbox"] = "/x", ["mtu"] = 1400L }) };

        var result = CniResult.FromJson(json, "1.1.0");

        result.ContainerInterface("eth0")!.Mtu.Should().Be(1400);
        json.ContainsKey("cniVersion").Should().BeFalse();
    }

    [Theory]
    [InlineData("[]", 6, "the result is not a JSON object")]
    [InlineData("", 6, "the result is not JSON (line 1): it is empty")]
    [InlineData("{} {}", 6, "the result is not JSON (line 1): there is text after the end of the value")]
    [InlineData("""{"cniVersion":"2.0.0"}""", 1,
        "results of version \"2.0.0\" are not supported; supported are 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    [InlineData("""{"ips":{}}""", 6, "field $.ips is not a list")]
    [InlineData("""{"ips":[1]}""", 6, "field $.ips contains an item that is not an object")]
    [InlineData("""{"ips":[{}]}""", 6, "field $.ips[0].address is missing")]
    [InlineData("""{"ips":[{"address":"10.1.2.3"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"10.1.2.3\"")]
    [InlineData("""{"ips":[{"address":"10.1.2.3/33"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"10.1.2.3/33\"")]
    [InlineData("""{"ips":[{"address":"10.1.2.3/16","gateway":"x"}]}""", 6, "field $.ips[0].gateway is not an IP address: \"x\"")]
    [InlineData("""{"ips":[{"address":"010.1.2.3/16"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"010.1.2.3/16\"")]
    [InlineData("""{"ips":[{"address":"10/8"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"10/8\"")]
    [InlineData("""{"ips":[{"address":"10.1.2.3/+8"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"10.1.2.3/+8\"")]
    [InlineData("""{"ips":[{"address":"fe80::1%1/64"}]}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"fe80::1%1/64\"")]
    [InlineData("""{"ips":[{"address":"fd00::3/64","gateway":"[fd00::1]:80"}]}""", 6,
        "field $.ips[0].gateway is not an IP address: \"[fd00::1]:80\"")]
    [InlineData("""{"ip4":{"ip":"0x0a.1.2.3/8"},"cniVersion":"0.2.0"}""", 6,
        "field $.ips[0].address is not an address with a prefix length, as in 10.1.2.3/24: \"0x0a.1.2.3/8\"")]
    [InlineData("""{"ips":[{"address":"10.1.2.3/16","interface":"0"}]}""", 6, "field $.ips[0].interface is not a whole number: \"0\"")]
    [InlineData("""{"routes":[{"dst":"default"}]}""", 6,
        "field $.routes[0].dst is not an address with a prefix length, as in 10.1.2.3/24: \"default\"")]
    [InlineData("""{"dns":{"nameservers":[1]}}""", 6, "field $.dns.nameservers contains an item that is not a string")]
    [Case(28, "stdout forms")]
    [Spec("result-object")]
    public void An_invalid_result_is_refused_with_the_field(string text, uint code, string message)
    {
        var parse = () => Parse(text, "1.0.0");

        parse.Should().Throw<CniException>().Which.Should().BeEquivalentTo(new { Code = code, Msg = message });
    }

    [Fact]
    public void The_nesting_limit_of_a_result_leaves_room_for_the_record()
    {
        var (network, attachment) = (ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment());

        var record =
            CacheRecord.Write(
                new StoredAttachment { NetworkName = network.Name, Network = network, Attachment = attachment,
                    Result = Parse(Nested(898), "1.0.0"), IsComplete = true });

        CacheRecord.Read(record, "record", expected: null)!.Result!.Json.Should().ContainKey("x");
        FluentActions.Invoking(() => Parse(Nested(899), "1.0.0")).Should().Throw<CniException>().Which.Code.Should().Be(
            CniErrorCode.DecodingFailure);

        static string Nested(int levels) => $$"""{"x":{{new string('[', levels)}}{{new string(']', levels)}}}""";
    }

    private static CniResult Parse(string text, string version) => CniResult.Parse(Encoding.UTF8.GetBytes(text), version);
}
