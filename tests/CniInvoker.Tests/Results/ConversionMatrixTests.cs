using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Results;

/// <summary>Every version converted to every other, with the decoded results of libcni's converters.</summary>
public sealed class ConversionMatrixTests
{
    private const string Dns = "\"dns\":{\"nameservers\":[\"10.1.0.1\"]}";
    private const string Routes = "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.1.0.1\"},{\"dst\":\"::/0\"}]";
    private const string Interfaces = "\"interfaces\":[{\"name\":\"eth0\",\"mac\":\"aa:aa:aa:aa:aa:aa\",\"sandbox\":\"/run/netns/x\"}]";

    private static readonly string[] All = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    public static TheoryData<string, string> Pairs => [.. from source in All from target in All select (source, target)];

    [Theory]
    [MemberData(nameof(Pairs))]
    [Case(42, "convert-all")]
    public void A_result_of_any_version_is_converted_to_any_other(string from, string to)
    {
        var converted = Parse(Sample(from, hasLinks: !IsOld(from)), from).ConvertTo(to);

        converted.CniVersion.Should().Be(to);
        var expected = JsonNode.Parse(Sample(to, hasLinks: !IsOld(from) && !IsOld(to)))!;
        JsonNode.DeepEquals(converted.Json, expected).Should().BeTrue(
            $"{converted.Json.ToJsonString()} should be {expected.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    [Case(42, "convert-all")]
    public void A_result_without_an_address_converts_to_all_versions_with_lists(string from, string to)
    {
        var convert = () => Parse($$"""{"cniVersion":"{{from}}"}""", from).ConvertTo(to);

        if (IsOld(to) && !IsOld(from))
            convert.Should().Throw<CniException>().Which.Code.Should().Be(CniErrorCode.IncompatibleVersion);
        else
            convert.Should().NotThrow().Which.Ips.Should().BeEmpty();
    }

    [Theory]
    [InlineData("0.3.0")]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [Case(42, "convert-all", Libcni = "loses an address of 0.3 or 0.4 without its IP version, on the way to 0.2",
        Ours = "derives it from the address; otherwise as libcni, errors included")]
    public void An_address_without_an_IP_version_is_not_lost(string from) =>
        Parse("""{"ips":[{"address":"10.1.2.3/16"}]}""", from).ConvertTo("0.2.0").Json["ip4"]!["ip"]!.GetValue<string>().Should().Be(
            "10.1.2.3/16");

    private static bool IsOld(string version) => version is "0.1.0" or "0.2.0";

    private static string Sample(string version, bool hasLinks)
    {
        if (IsOld(version))
        {
            return $$$"""
                {"cniVersion":"{{{version}}}","ip4":{"ip":"10.1.2.3/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}]},
                 "ip6":{"ip":"fd00::3/64","routes":[{"dst":"::/0"}]},{{{Dns}}}}
                """;
        }

        var (four, six) = version.StartsWith("0.", StringComparison.Ordinal) ? ("\"version\":\"4\",", "\"version\":\"6\",") : ("", "");
        var (links, index) = hasLinks ? ($"{Interfaces},", ",\"interface\":0") : ("", "");
        return $$"""
            {"cniVersion":"{{version}}",{{links}}"ips":[{{{four}}"address":"10.1.2.3/16","gateway":"10.1.0.1"{{index}}},{{{six}}"address":"fd00::3/64"{{index}}}],
             {{Routes}},{{Dns}}}
            """;
    }

    private static CniResult Parse(string text, string version) => CniResult.Parse(Encoding.UTF8.GetBytes(text), version);
}
