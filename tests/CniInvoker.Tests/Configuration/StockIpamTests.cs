using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Configuration;

/// <summary>An <c>ipam</c> section is checked before ADD as the stock IPAM plugin checks it at ADD.</summary>
public sealed class StockIpamTests : IDisposable
{
    private const string Directory = "/usr/lib/cni";

    private readonly ScriptedPlugins _plugins = new();
    private readonly string _data = System.IO.Directory.CreateTempSubdirectory("ipam-").FullName;

    public void Dispose()
    {
        _plugins.Dispose();
        System.IO.Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData("host-local", "{}")]
    [InlineData("host-local", """{"ranges":[]}""")]
    [InlineData("host-local", """{"ranges":[[]]}""")]
    [InlineData("host-local", """{"ranges":[{"subnet":"10.9.0.0/24"}]}""")]
    [InlineData("host-local", """{"subnet":""}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"Subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.1/24"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/30"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/31"}""")]
    [InlineData("host-local", """{"subnet":"fd00::/126"}""")]
    [InlineData("host-local", """{"subnet":"fd00::/127"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","gateway":"10.8.0.1"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","gateway":""}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","gateway":"router"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":""}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"10.8.0.1"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"10.9.0.9","rangeEnd":"10.9.0.5"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"10.9.0.5","rangeEnd":"10.9.0.5"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"dst":"10.1.0.5/16"}]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"dst":"default"}]}""")]
    [InlineData("host-local", """{"ranges":[[{"subnet":"10.9.0.0/24"},{"subnet":"10.9.0.0/25"}]]}""")]
    [InlineData("host-local", """{"ranges":[[{"subnet":"10.9.0.0/24"},{"subnet":"fd00::/64"}]]}""")]
    [InlineData("host-local", """{"ranges":[[{"subnet":"10.9.0.0/24"}],[{"subnet":"fd00::/64"}]]}""")]
    [InlineData("host-local", """{"ranges":[[{"subnet":"10.9.0.0/24"}],[{"subnet":"10.9.0.0/25"}]]}""")]
    [InlineData("host-local",
        """{"ranges":[[{"subnet":"10.9.0.0/24","rangeEnd":"10.9.0.50"}],[{"subnet":"10.9.0.0/24","rangeStart":"10.9.0.51"}]]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","ranges":[[{"subnet":"10.9.0.0/24"}]]}""")]
    [InlineData("static", "{}")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}]}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5"}]}""")]
    [InlineData("static", """{"addresses":[{}]}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"routes":[{"dst":"everywhere"}]}""")]
    [InlineData("host-local", """{"subnet":null}""")]
    [InlineData("host-local", """{"subnet":null,"ranges":[[{"subnet":"10.9.0.0/24"}]]}""")]
    [InlineData("host-local", """{"subnet":7}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24 "}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/024"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/+24"}""")]
    [InlineData("host-local", """{"subnet":"10.9.000.0/24"}""")]
    [InlineData("host-local", """{"subnet":"10.9/24"}""")]
    [InlineData("host-local", """{"subnet":"::ffff:10.9.0.0/120"}""")]
    [InlineData("host-local", """{"subnet":"fd00::%eth0/64"}""")]
    [InlineData("host-local", """{"Subnet":"bad","subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"ranges":null,"subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"ranges":{},"subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"ranges":[null],"subnet":"10.9.0.0/24"}""")]
    [InlineData("host-local", """{"ranges":[[null]],"subnet":"10.8.0.0/24"}""")]
    [InlineData("host-local", """{"ranges":[["10.9.0.0/24"]]}""")]
    [InlineData("host-local", """{"ranges":[[{}]]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":null,"gateway":null}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":5}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"::ffff:10.9.0.5"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"10.9.0.1","rangeEnd":"10.9.0.1"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","rangeStart":"10.9.0.9","rangeEnd":"10.9.0.9","gateway":"10.9.0.9"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":null}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":{}}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":["0.0.0.0/0"]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"gw":"10.9.0.1"}]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"dst":null}]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"dst":"0.0.0.0/0","gw":"10.9.0.300"}]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","routes":[{"dst":"0.0.0.0/0","gw":""}]}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","resolvConf":5}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","resolvConf":""}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","resolvConf":"/no/such/file"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","resolvConf":"/etc/resolv.conf"}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","name":7}""")]
    [InlineData("host-local", """{"subnet":"10.9.0.0/24","DataDir":5}""")]
    [InlineData("static", """{"addresses":null}""")]
    [InlineData("static", """{"addresses":[null]}""")]
    [InlineData("static", """{"addresses":["10.1.0.5/24"]}""")]
    [InlineData("static", """{"addresses":"10.1.0.5/24"}""")]
    [InlineData("static", """{"addresses":[{"address":null}]}""")]
    [InlineData("static", """{"addresses":[{"address":"010.1.0.5/24"}]}""")]
    [InlineData("static", """{"addresses":[{"address":"fe80::1%eth0/64"}]}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24","gateway":"router"}]}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"dns":5}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"dns":null}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"dns":{"nameservers":"10.1.0.1"}}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"dns":{"nameservers":[5]}}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"dns":{"nameservers":["10.1.0.1"],"domain":"a"}}""")]
    [InlineData("static", """{"addresses":[{"address":"10.1.0.5/24"}],"name":7}""")]
    public async Task A_section_is_refused_when_the_plugin_itself_would_refuse_it(string type, string section)
    {
        Assert.SkipUnless(File.Exists($"{Directory}/{type}"), "The stock plugins are not installed.");
        var ipam = JsonNode.Parse(section)!.AsObject();
        (ipam["type"], ipam["dataDir"]) = (type, _data);
        var network = Network($$"""{"type":"bridge","ipam":{{ipam.ToJsonString()}}}""");
        _plugins.With("bridge").With(type);

        var problems = (await _plugins.Runtime().ValidateAsync(network, Cancellation)).Problems;

        (problems.Count > 0).Should().Be(await RefusesAsync(network), string.Join('\n', problems));
    }

    [Fact]
    public async Task A_null_among_routes_is_refused()
    {
        var network = Network("""{"type":"bridge","ipam":{"type":"host-local","subnet":"10.9.0.0/24","routes":[null]}}""");
        _plugins.With("bridge").With("host-local");

        (await _plugins.Runtime().ValidateAsync(network, Cancellation)).Problems.Should().ContainSingle().Which.Should().Contain(
            "has \"routes\" that are not objects");
    }

    [Theory]
    [InlineData("""{"type":"bridge","capabilities":{"ipRanges":true},"ipam":{"type":"host-local"}}""")]
    [InlineData("""{"type":"calico","ipam":{"type":"host-local","subnet":"usePodCidr"}}""")]
    [InlineData("""{"type":"flannel","ipam":{"type":"host-local"}}""")]
    [InlineData("""{"type":"bridge"}""")]
    public async Task Sections_that_others_complete_are_not_checked(string plugin)
    {
        var network = Network(plugin);
        _plugins.With(network.Plugins[0].Type).With("host-local");

        (await _plugins.Runtime().ValidateAsync(network, Cancellation)).Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_that_every_user_may_change_is_a_warning()
    {
        var network = Network("""{"type":"mine"}""");
        _plugins.With("mine");
        (await _plugins.Runtime().ValidateAsync(network, Cancellation)).Warnings.Should().BeEmpty();

        File.SetUnixFileMode(Path.Combine(_plugins.Directory, "mine"), (UnixFileMode)0b111_111_111);

        var validation = await _plugins.Runtime().ValidateAsync(network, Cancellation);
        validation.Problems.Should().BeEmpty();
        validation.Warnings.Should().ContainSingle().Which.Message.Should().Contain("every user may write to it").And.Contain("chmod o-w");
    }

    private static NetworkConfiguration Network(string plugin) =>
        NetworkConfiguration.Parse(Encoding.UTF8.GetBytes($$"""{"cniVersion":"0.4.0","name":"n","plugins":[{{plugin}}]}"""), "n.conflist");

    // The test has only its own namespace, which newer plugins refuse after they have read their configuration.
    private static async Task<bool> RefusesAsync(NetworkConfiguration network)
    {
        var runtime =
            new CniRuntime(new PluginProcess(TimeProvider.System), new PluginPath([Directory]), new CniDeadlines(), TimeProvider.System);
        try
        {
            await runtime.AllocateAsync(network, new Attachment("c1", "/proc/self/ns/net", "eth0"), Cancellation);
            return false;
        }
        catch (CniException refusal)
        {
            return refusal.Code != CniErrorCode.InvalidNetworkNamespace;
        }
    }
}
