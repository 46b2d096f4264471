namespace CniInvoker.Tests;

/// <summary>The library in the role of a plugin that delegates to its IPAM plugin.</summary>
public sealed class CniRuntimeDelegationTests : IDisposable
{
    private const string Addresses =
        """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1"}],"routes":[{"dst":"0.0.0.0/0"}]}""";
    private const string Delegating = """{"type":"bridge","x-vendor":9007199254740993,"ipam":{"type":"leases","subnet":"10.1.0.0/16"}}""";

    private static readonly string[] OfTheProtocol = ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH"];

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Spec("delegate-environment")]
    public async Task An_IPAM_plugin_reads_the_configuration_of_the_delegating_plugin()
    {
        _plugins.With("leases", add: ScriptedPlugins.Print(Addresses)).With("bridge");
        var network = ScriptedPlugins.Network(Delegating);

        await _plugins.Runtime().AllocateAsync(network, ScriptedPlugins.Attachment(), Cancellation);
        await _plugins.Runtime().AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        _plugins.StdinText("leases", "ADD").Should().Be(_plugins.StdinText("bridge", "ADD"));
        OfProtocol("leases").Should().Equal(OfProtocol("bridge"));
    }

    [Fact]
    [Spec("ipam-answers")]
    [Spec("ipam-result")]
    public async Task Its_result_has_addresses_and_routes_and_no_interface()
    {
        _plugins.With("leases", add: ScriptedPlugins.Print(Addresses));

        var result =
            await _plugins.Runtime().AllocateAsync(ScriptedPlugins.Network(Delegating), ScriptedPlugins.Attachment(), Cancellation);

        result.Ips.Select(ip => $"{ip.Address}/{ip.PrefixLength} {ip.Gateway} {ip.InterfaceIndex}").Should().Equal("10.1.0.5/16 10.1.0.1 ");
        result.Routes.Should().ContainSingle();
        result.Interfaces.Should().BeEmpty();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5"}]}""")]
    [Spec("ipam-answers", Libcni = "leaves it to the plugin that delegates", Ours = "DEL releases the reservation")]
    public async Task An_invalid_answer_is_a_failure_and_DEL_runs(string printed)
    {
        _plugins.With("leases", add: ScriptedPlugins.Print(printed));

        var allocate =
            () => _plugins.Runtime().AllocateAsync(ScriptedPlugins.Network(Delegating), ScriptedPlugins.Attachment(), Cancellation);

        (await allocate.Should().ThrowAsync<CniException>()).Which.Should().BeEquivalentTo(
            new { Plugin = "leases", Code = CniErrorCode.DecodingFailure });
        _plugins.Runs.Should().Equal("ADD leases", "DEL leases");
    }

    private IEnumerable<KeyValuePair<string, string>> OfProtocol(string type)
    {
        var environment = _plugins.Environment(type, "ADD");
        return OfTheProtocol.Select(name => KeyValuePair.Create(name, environment[name]));
    }
}
