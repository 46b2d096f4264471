using System.Text.Json.Nodes;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Docker;
using Bridge.Adapter.Tests.HostPorts;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>
/// A port that an endpoint has whose end Docker did not report: only what Docker answers decides whether the next endpoint gets it.
/// </summary>
[Collection("links of the host")]
public sealed class ForgottenPortTests : IAsyncLifetime
{
    private const string Network = $"GET /networks/{DockerCalls.Now}";

    private readonly ScriptedNetworks _networks = new();
    private readonly int _port = OtherProgram.FreePort();
    private ScriptedDocker _docker = null!; // Both are set before each test; they stay null where the test is skipped.
    private ServingDaemon _daemon = null!;

    private DockerCalls Calls => new(_daemon.PostAsync);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Attaching needs root: namespaces are made.");
        _docker = await ScriptedDocker.StartAsync();
        AnswerWith("""{ "c1": { "Name": "web", "EndpointID": "e1" } }""");
        _daemon = await ServingDaemon.StartAsync(settings => settings with
        {
            PluginDirectories = [_networks.Plugins],
            DockerSocket = _docker.Socket,
            Repair = new RepairSettings { OrphanGrace = TimeSpan.FromHours(1) }, // It removes nothing meanwhile.
        });
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        _daemon.WriteConflist("now.conflist", """
            { "cniVersion": "1.0.0", "name": "now", "plugins": [ { "type": "chain", "capabilities": { "portMappings": true } } ] }
            """);
        await Calls.CreateNetworksAsync();
        (await CreateEndpointAsync("e1")).Should().BeNull();
        await Calls.JoinAsync("e1");
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            foreach (var endpoint in new[] { "e1", "e2" })
                await Calls.EndpointAsync("DeleteEndpoint", endpoint);

            await _daemon.DisposeAsync();
            await _docker.DisposeAsync();
        }

        _networks.Dispose();
    }

    [Fact]
    public async Task The_endpoint_is_cleaned_up_before_the_next_one_gets_the_port()
    {
        AnswerWith("{}");

        (await CreateEndpointAsync("e2")).Should().BeNull();

        _networks.Runs.Should().Equal("ADD chain", "DEL chain", "ADD chain");
        _networks.Store.Should().Equal("e2-chain");
    }

    [Fact]
    public async Task An_endpoint_that_Docker_has_keeps_its_port() =>
        await AssertIsRefusedAsync("*is published by *already*");

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public async Task An_endpoint_of_which_Docker_says_nothing_keeps_its_port(int status)
    {
        _docker.Script.Answers[Network] = ScriptedSocket.Json("""{"message":"no such network"}""", status);

        await AssertIsRefusedAsync("*is published by *already*");
    }

    [Fact]
    public async Task While_Docker_starts_the_endpoint_keeps_its_port_and_the_container_is_started_later()
    {
        _docker.Script.Answers[Network] = ScriptedSocket.Silence;

        await AssertIsRefusedAsync($"*is published already*{StrandedContainers.Promise}");
    }

    private async Task AssertIsRefusedAsync(string text)
    {
        (await CreateEndpointAsync("e2")).Should().Match(text);

        _networks.Runs.Should().Equal("ADD chain");
        _networks.Store.Should().Equal("e1-chain");
    }

    private void AnswerWith(string containers) => _docker.Script.Answers[Network] = ScriptedSocket.Json(
        $$"""{ "Id": "{{DockerCalls.Now}}", "Name": "pods", "Driver": "cni", "Containers": {{containers}} }""");

    // Null: it was made.
    private async Task<string?> CreateEndpointAsync(string endpoint)
    {
        var request = new JsonObject
        {
            ["NetworkID"] = DockerCalls.Now,
            ["EndpointID"] = endpoint,
            ["Interface"] = new JsonObject(),
            ["Options"] = new JsonObject
            {
                ["com.docker.network.portmap"] = new JsonArray(new JsonObject
                {
                    ["Proto"] = 6, ["Port"] = 80, ["HostIP"] = "127.0.0.1", ["HostPort"] = _port, ["HostPortEnd"] = _port,
                }),
            },
        };
        return (string?)JsonNode.Parse((await _daemon.PostAsync("NetworkDriver.CreateEndpoint", request.ToJsonString())).Body)!["Err"];
    }
}
