using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Reload;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Reload;

/// <summary>What a stand-in's plugin gets: never the container's own IPAM plugin, and never more than the one part.</summary>
public sealed class HostPluginTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("reload-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_stand_in_for_the_bridge_makes_its_gateways_and_no_rules()
    {
        var record = Record("""
            "type": "bridge", "bridge": "br7", "isDefaultGateway": true, "ipMasq": true, "macspoofchk": true, "mtu": 1400,
            "args": { "cni": { "ips": ["10.90.0.2"] } }, "ipam": { "type": "host-local", "subnet": "10.90.0.0/24" }
            """);

        var plugin = Only(HostPlugin.Of(record)!.ForBridge(CniRecord.Result(record)!));

        JsonNode.DeepEquals(plugin, JsonNode.Parse("""
            {
              "type": "bridge", "bridge": "br7", "isDefaultGateway": false, "ipMasq": false, "macspoofchk": false, "mtu": 1400,
              "ipam": { "type": "static", "addresses": [
                { "address": "192.0.2.1/24", "gateway": "10.90.0.1" }, { "address": "2001:db8::2/64", "gateway": "fd00:90::1" }] },
              "isGateway": true
            }
            """)).Should().BeTrue(plugin.ToJsonString());
    }

    [Fact]
    public void A_stand_in_for_the_masquerade_is_alone_on_its_own_bridge_with_the_container_s_addresses()
    {
        var record = Record("""
            "type": "bridge", "bridge": "br7", "isDefaultGateway": true, "isGateway": true, "ipMasq": true, "ipMasqBackend": "nftables",
            "macspoofchk": true, "vlan": 7, "promiscMode": true, "ipam": { "type": "host-local", "subnet": "10.90.0.0/24" }
            """);

        var plugin = Only(HostPlugin.Of(record)!.ForMasquerade("own", CniRecord.Result(record)!));

        JsonNode.DeepEquals(plugin, JsonNode.Parse("""
            {
              "type": "bridge", "bridge": "own", "ipMasq": true, "ipMasqBackend": "nftables",
              "ipam": { "type": "static", "addresses": [{ "address": "10.90.0.2/24" }, { "address": "fd00:90::2/64" }] }
            }
            """)).Should().BeTrue(plugin.ToJsonString());
    }

    [Fact]
    public void Of_flannel_it_is_the_delegate_that_ran()
    {
        var record = Record($$"""
            "type": "flannel", "dataDir": "{{_directory.FullName}}", "delegate": { "hairpinMode": true }
            """);
        HostPlugin.Of(record).Should().BeNull("flannel has kept nothing for this container");

        File.WriteAllText(Path.Combine(_directory.FullName, record.ContainerId), """
            { "name": "cbr0", "cniVersion": "1.0.0", "type": "bridge", "hairpinMode": true, "isGateway": true, "ipMasq": false, "mtu": 1450,
              "ipam": { "type": "static", "addresses": [{ "address": "10.90.0.2/24" }] } }
            """);

        var plugin = HostPlugin.Of(record)!;
        (plugin.Type, plugin.BridgeName, plugin.IsHairpin, plugin.HasGateway, plugin.Masquerades).Should().Be(
            ("bridge", "cni0", true, true, false));
        Only(plugin.ForBridge(CniRecord.Result(record)!)).ContainsKey("name").Should().BeFalse();
    }

    [Theory]
    [InlineData("macvlan")]
    [InlineData("calico")]
    public void Other_main_plugins_are_left_to_themselves(string type) =>
        HostPlugin.Of(Record($"\"type\": \"{type}\"")).Should().BeNull();

    private static JsonObject Only(CniInvoker.NetworkConfiguration network)
    {
        (network.Name, network.CniVersion).Should().Be(("pods", "1.0.0"));
        return network.Plugins.Should().ContainSingle().Subject.Json;
    }

    private static AttachmentRecord Record(string plugin) => Records.Joined("e1") with
    {
        Configuration = JsonDocument.Parse($$"""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [{ {{plugin}} }] }""").RootElement
            .Clone(),
        Result = JsonDocument.Parse("""
            { "cniVersion": "1.0.0", "ips": [
              { "address": "10.90.0.2/24", "gateway": "10.90.0.1" }, { "address": "fd00:90::2/64", "gateway": "fd00:90::1" }] }
            """).RootElement.Clone(),
    };
}
