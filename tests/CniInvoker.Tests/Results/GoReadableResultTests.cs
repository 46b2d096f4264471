namespace CniInvoker.Tests.Results;

/// <summary>
/// Results are read exactly as plugins in Go read them, which get them at the next ADD, at CHECK and at DEL.
/// </summary>
public sealed class GoReadableResultTests
{
    [Theory]
    [InlineData("""{"dns":[]}""", "field $.dns is not an object")]
    [InlineData("""{"cniVersion":"0.4.0","ips":[{"version":4,"address":"10.1.0.2/16"}]}""", "field $.ips[0].version is not a string: 4")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":"10.1.0.2/16"}""", "field $.ip4 is not an object: \"10.1.0.2/16\"")]
    [InlineData("""{"cniVersion":"0.2.0","ip6":[]}""", "field $.ip6 is not an object")]
    [InlineData("""{"routes":[{"dst":"10.0.0.0/8","mtu":"1500"}]}""", "field $.routes[0].mtu is not a whole number: \"1500\"")]
    [InlineData("""{"routes":[{"dst":"10.0.0.0/8","PRIORITY":1.5}]}""", "field $.routes[0].priority is not a whole number: 1.5")]
    [InlineData("""{"routes":[{"dst":"10.0.0.0/8","table":9223372036854775808}]}""",
        "field $.routes[0].table is not a whole number: 9223372036854775808")]
    [InlineData("""{"interfaces":[{"name":7}]}""", "field $.interfaces[0].name is not a string: 7")]
    [InlineData("""{"interfaces":[{"name":"a","Sandbox":{}}]}""", "field $.interfaces[0].sandbox is not a string")]
    [InlineData("""{"ips":[7]}""", "field $.ips contains an item that is not an object")]
    [InlineData("""{"dns":{"Nameservers":"10.0.0.1"}}""", "field $.dns.nameservers is not a list: \"10.0.0.1\"")]
    [InlineData("{\n\"vendor\":[1e999]}", "the result is not JSON (line 2): the number 1e999 is too large for plugins to read")]
    [InlineData("""{"routes":[{"dst":"10.0.0.0/8","x":-1E400}]}""",
        "the result is not JSON (line 1): the number -1E400 is too large for plugins to read")]
    [Spec("result-object")]
    public void A_value_that_no_Go_plugin_can_read_is_refused_with_its_field(string printed, string problem)
    {
        var parse = () => Parse(printed);

        parse.Should().Throw<CniException>().Which.Should().BeEquivalentTo(new { Code = CniErrorCode.DecodingFailure, Msg = problem });
    }

    [Fact]
    public void Numbers_are_as_wide_as_in_Go()
    {
        var route =
            Parse("""{"routes":[{"dst":"0.0.0.0/0","priority":4294967295,"table":4000000000,"mtu":1450.0,"advmss":1.4e3,"scope":9223372036854775807}]}""").Routes.Single();

        route.Should().BeEquivalentTo(
            new { Priority = 4294967295L, Table = 4000000000L, Mtu = 1450L, AdvertisedMss = 1400L, Scope = long.MaxValue });
    }

    [Theory]
    [InlineData(
        """{"cniVersion":"1.0.0","Ips":[{"ADDRESS":"10.1.0.2/16","Gateway":"10.1.0.1"}],"DNS":{"nameServers":["10.0.0.1"]}}""",
        """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16","gateway":"10.1.0.1"}],"dns":{"nameservers":["10.0.0.1"]}}""")]
    [InlineData("""{"cniVersion":"1.0.0","ips":[],"IPs":[{"address":"10.1.0.2/16"}]}""",
        """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}]}""")]
    [InlineData("""{"cniVersion":"1.0.0","IPs":[{"address":"10.1.0.2/16"}],"ips":[]}""", """{"cniVersion":"1.0.0","ips":[]}""")]
    // libcni rewrites a result without cniVersion, with sorted keys.
    [InlineData("""{"CniVersion":"0.4.0","ips":[],"IPs":[{"address":"10.1.0.2/16"}]}""", """{"ips":[],"cniVersion":"1.0.0"}""")]
    [InlineData("""{"cniVersion":4,"ips":null}""", """{"cniVersion":"1.0.0","ips":null}""")]
    [InlineData("""{"cniVersion":"0.2.0","IP4":{"IP":"10.1.0.2/16","Routes":[{"Dst":"0.0.0.0/0"}]}}""",
        """{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.2/16","routes":[{"dst":"0.0.0.0/0"}]}}""")]
    [InlineData(
        """{"cniVersion":"1.0.0","interfaces":[null,{"name":"eth0"}],"ips":[null,{"address":"10.1.0.2/16","interface":1}],"routes":[null],"dns":{"search":[null,"a"]}}""",
        """{"cniVersion":"1.0.0","interfaces":[{},{"name":"eth0"}],"ips":[{"address":"10.1.0.2/16","interface":1}],"routes":[],"dns":{"search":["a"]}}""")]
    [InlineData(
        """{"cniVersion":"1.0.0","interfaces":[{"name":"a\ud800"}]}""", """{"cniVersion":"1.0.0","interfaces":[{"name":"a\ufffd"}]}""")]
    [InlineData("""{"cniVersion":"0.4.0","interfaces":[{"name":"a","mtu":"x","socketPath":[],"pciID":1}]}""",
        """{"cniVersion":"0.4.0","interfaces":[{"name":"a"}]}""")]
    [Case(28, "stdout forms")]
    public void Lenient_forms_are_read_as_in_Go(string printed, string meant) =>
        System.Text.Json.Nodes.JsonNode.DeepEquals(Parse(printed).Json, System.Text.Json.Nodes.JsonNode.Parse(meant)).Should().BeTrue(
            $"it is {Parse(printed).Json}");

    [Fact]
    public void Deeply_nested_unknown_values_are_kept()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 800)) + string.Concat(Enumerable.Repeat("]", 800));

        Parse($$"""{"x-vendor":{{deep}}}""").ConvertTo("1.1.0").Json["x-vendor"]!.ToJsonString().Should().Be(deep);
    }

    [Fact]
    public void A_result_over_the_limit_is_refused_with_both_sizes()
    {
        var parse = () => Parse($$"""{"x-vendor":"{{new string('x', 5_000_000)}}"}""");

        parse.Should().Throw<CniException>().Which.Msg.Should().Be("the result has 5000015 bytes; the limit is 4194304");
    }

    private static CniResult Parse(string text) => CniResult.Parse(System.Text.Encoding.UTF8.GetBytes(text), "1.0.0");
}
