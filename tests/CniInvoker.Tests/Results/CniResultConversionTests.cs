using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Results;

public sealed class CniResultConversionTests
{
    private const string Current = """
        {"cniVersion":"1.1.0","interfaces":[{"name":"eth0","sandbox":"/x","mtu":1450,"socketPath":"/s","pciID":"p","vendor":1}],
         "ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1","interface":0},{"address":"10.1.2.4/16"},{"address":"fd00::3/64"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400},{"dst":"::/0"}],"vendor":true}
        """;

    [Theory]
    [InlineData("0.3.0", "0.4.0")]
    [InlineData("0.3.1", "0.3.0")]
    [InlineData("1.0.0", "1.1.0")]
    [InlineData("1.1.0", "1.0.0")]
    [InlineData("0.1.0", "0.2.0")]
    [Case(42, "convert-all")]
    [Spec("major-compatible", Libcni = "drops unknown fields from results", Ours = "kept")]
    public void Between_versions_of_one_shape_only_cniVersion_changes(string from, string to)
    {
        var fields = from == "0.1.0" ? "\"ip4\":{\"ip\":\"10.1.2.3/16\"}" : "\"interfaces\":[{\"name\":\"e\",\"mtu\":1}]";

        Convert($$"""{"cniVersion":"{{from}}",{{fields}},"vendor":[1e300]}""", to)
            .Should().Be($$"""{"cniVersion":"{{to}}",{{fields}},"vendor":[1e300]}""");
    }

    [Fact]
    [Case(42, "convert-all")]
    public void Conversion_to_0_4_0_adds_IP_versions_and_drops_new_interface_fields() => Convert(Current, "0.4.0").Should().Be(Normal("""
        {"cniVersion":"0.4.0","interfaces":[{"name":"eth0","sandbox":"/x","vendor":1}],
         "ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1","interface":0,"version":"4"},{"address":"10.1.2.4/16","version":"4"},{"address":"fd00::3/64","version":"6"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400},{"dst":"::/0"}],"vendor":true,"dns":{}}
        """));

    [Fact]
    [Case(42, "convert-all")]
    public void Conversion_to_0_2_0_keeps_the_first_address_of_each_IP_version() => Convert(Current, "0.2.0").Should().Be(Normal("""
        {"ip4":{"ip":"10.1.2.3/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}]},"ip6":{"ip":"fd00::3/64","routes":[{"dst":"::/0"}]},
         "dns":{},"cniVersion":"0.2.0"}
        """));

    [Fact]
    [Case(42, "convert-all")]
    public void Conversion_from_0_4_0_drops_IP_versions() =>
        Convert("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.2.3/16"}],"dns":{"domain":"d"},"vendor":1}""", "1.0.0")
            .Should().Be("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/16"}],"dns":{"domain":"d"},"vendor":1}""");

    [Theory]
    [InlineData(
        "0.4.0", """{"ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1","version":"4"},{"address":"fd00::3/64","version":"6"}],"routes":[{"dst":"10.9.0.0/16"},{"dst":"::/0"}],"dns":{"domain":"d"},"cniVersion":"0.4.0"}""")]
    [InlineData(
        "1.0.0", """{"ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1"},{"address":"fd00::3/64"}],"routes":[{"dst":"10.9.0.0/16"},{"dst":"::/0"}],"dns":{"domain":"d"},"cniVersion":"1.0.0"}""")]
    [Case(42, "convert-all")]
    public void Conversion_from_0_2_0_makes_lists_of_addresses_and_routes(string to, string expected) =>
        Convert("""{"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/16","gateway":"10.1.0.1","routes":[{"dst":"10.9.0.0/16"}]},"ip6":{"ip":"fd00::3/64","routes":[{"dst":"::/0"}]},"dns":{"domain":"d"}}""", to)
            .Should().Be(expected);

    [Fact]
    [Case(42, "convert-all")]
    public void A_result_without_an_address_cannot_be_converted_to_0_2_0()
    {
        var convert = () => Convert("""{"cniVersion":"1.0.0"}""", "0.2.0");

        convert.Should().Throw<CniException>().Which.Message.Should().Be(
            "a result without an address cannot be expressed in version 0.2.0 (code 1).");
    }

    [Fact]
    [Case(42, "convert-all")]
    public void Conversion_to_an_unknown_version_is_refused()
    {
        var convert = () => Convert(Current, "2.0.0");

        convert.Should().Throw<CniException>().Which.Code.Should().Be(CniErrorCode.IncompatibleVersion);
    }

    [Fact]
    public void Conversion_to_its_own_version_changes_nothing()
    {
        var result = CniResult.Parse(Encoding.UTF8.GetBytes(Current), "1.1.0");

        result.ConvertTo("1.1.0").Should().BeSameAs(result);
    }

    private static string Convert(string text, string to) =>
        Text(CniResult.Parse(Encoding.UTF8.GetBytes(text), "1.0.0").ConvertTo(to).Json);

    private static string Normal(string text) => Text(JsonNode.Parse(text)!);

    private static string Text(JsonNode json) => json.ToJsonString();
}
