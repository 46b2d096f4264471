using System.Text;

namespace CniInvoker.Tests;

/// <summary>Whatever a file or a plugin holds: it is understood, or refused in the library's own words. The seed is fixed, so that a
/// failure can be repeated.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 20_000;

    private static readonly string[] Fragments =
        ["\"", "{", "}", "[", "]", ",", ":", "null", "1e999", "-1", "\\ud800", "\\u0000", "\0", "\n", "\"name\"", "\"type\"", "\"plugins\"", "\"ips\"", "\"dns\"", "/", "true", "0.4.0", "9"];

    [Fact]
    public void A_damaged_configuration_is_read_or_refused()
    {
        const string Whole = """
            {"cniVersion":"1.0.0","cniVersions":["0.4.0","1.0.0"],"name":"pods","disableCheck":"true","plugins":[{"type":"bridge","ipam":{"type":"host-local"},"capabilities":{"mac":true}},
             {"type":"portmap"}]}
            """;
        Damage(Whole, text =>
        {
            try
            {
                var network = NetworkConfiguration.Parse(text, "file");
                NetworkConfiguration.Parse(network.ToUtf8Json(), "again").Plugins.Should().HaveCount(network.Plugins.Count);
            }
            catch (CniConfigurationException mistake)
            {
                mistake.Message.Should().StartWith("CNI configuration file: ");
            }
        });
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/x","mtu":1}],"ips":[{"address":"10.1.2.3/16","gateway":"10.1.0.1","interface":0}],"routes":[{"dst":"::/0","gw":"::1"}],"dns":{"search":["a"]}}""")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},"ip6":{"ip":"fd00::3/64"},"dns":{}}""")]
    public void A_damaged_result_is_read_and_converted_or_refused(string whole) => Damage(whole, text =>
    {
        try
        {
            var result = CniResult.Parse(text, "1.0.0");
            foreach (var version in new[] { "0.2.0", "0.4.0", "1.1.0" })
            {
                CniResult.FromJson(result.ConvertTo(version).Json, "0.1.0").CniVersion.Should().Be(version);
            }
        }
        catch (CniException refusal)
        {
            refusal.Code.Should().BeOneOf(CniErrorCode.DecodingFailure, CniErrorCode.IncompatibleVersion);
        }
    });

    private static void Damage(string whole, Action<ReadOnlyMemory<byte>> read)
    {
        var random = new Random(20_250_101);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Encoding.UTF8.GetBytes(whole).ToList();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
            {
                var place = random.Next(text.Count);
                text.RemoveRange(place, Math.Min(random.Next(0, 6), text.Count - place));
                text.InsertRange(place, random.Next(3) == 0 ? [(byte)random.Next(256)] : Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
            }

            read(text.ToArray());
        }
    }
}
