using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.HostPorts;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>
/// A main plugin that publishes by itself: the host ports are reserved at CreateEndpoint, before it runs, and are nobody's when that fails.
/// </summary>
public sealed class EndpointPortTests : IAsyncLifetime
{
    private readonly ScriptedNetworks _networks = new();
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Attaching needs root: namespaces are made.");
        _daemon = await ServingDaemon.StartAsync(settings => settings with { PluginDirectories = [_networks.Plugins] });
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        foreach (var (name, ipam) in new[] { ("now", ""), ("ahead", """, "ipam": { "type": "reserve", "subnet": "10.77.0.0/16" }""") })
        {
            _daemon.WriteConflist($"{name}.conflist", $$"""
                { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [
                  { "type": "chain", "capabilities": { "portMappings": true }{{ipam}} } ] }
                """);
        }

        await new DockerCalls(_daemon.PostAsync).CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        _networks.Dispose();
    }

    [Fact]
    public async Task Ports_are_held_from_CreateEndpoint_until_DeleteEndpoint()
    {
        var port = OtherProgram.FreePort();

        (await CreateEndpointAsync(port)).Should().BeNull();

        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
        await new DockerCalls(_daemon.PostAsync).EndpointAsync("DeleteEndpoint", "e1");
        await OtherProgram.GetsAsync("tcp", port);
    }

    [Fact]
    public async Task Ports_are_released_when_a_plugin_fails()
    {
        var port = OtherProgram.FreePort();
        _networks.WriteChain(add: "echo '{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"no\"}'; exit 1");

        (await CreateEndpointAsync(port)).Should().Contain("no");

        await OtherProgram.GetsAsync("tcp", port);
    }

    [Theory]
    [InlineData(DockerCalls.Now)]
    [InlineData(DockerCalls.Ahead)]
    public async Task Ports_are_released_when_the_record_cannot_be_written(string network)
    {
        var port = OtherProgram.FreePort();
        var inTheWay = Directory.CreateDirectory(Path.Combine(_daemon.Settings.PresentRecords, "attachments", "e1.json.new"));

        (await CreateEndpointAsync(port, network)).Should().Contain("e1.json.new");

        await OtherProgram.GetsAsync("tcp", port);
        inTheWay.Delete();
        (await CreateEndpointAsync(port, network)).Should().BeNull();
    }

    [Fact]
    public async Task Ports_are_held_while_the_clean_up_fails()
    {
        var port = OtherProgram.FreePort();
        _networks.WriteChain(add: "exit 1", delete: "exit 1");

        (await CreateEndpointAsync(port)).Should().NotBeNull();

        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
        _networks.WriteChain();
    }

    // Null: it was made.
    private async Task<string?> CreateEndpointAsync(int port, string network = DockerCalls.Now)
    {
        var address = network == DockerCalls.Ahead
            ? (string)JsonNode.Parse(await new DockerCalls(_daemon.PostAsync).RequestAddressAsync())!["Address"]!
            : "";
        var request = new JsonObject
        {
            ["NetworkID"] = network,
            ["EndpointID"] = "e1",
            ["Interface"] = new JsonObject { ["Address"] = address },
            ["Options"] = new JsonObject
            {
                ["com.docker.network.portmap"] =
                    new JsonArray(
                        new JsonObject { ["Proto"] = 6, ["Port"] = 80, ["HostIP"] = "127.0.0.1", ["HostPort"] = port,
                            ["HostPortEnd"] = port }),
            },
        };
        return (string?)JsonNode.Parse((await _daemon.PostAsync("NetworkDriver.CreateEndpoint", request.ToJsonString())).Body)!["Err"];
    }
}
