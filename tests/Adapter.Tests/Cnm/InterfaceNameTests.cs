using System.Text.Json.Nodes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Docker;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>The name of the interface in the container, where Docker moves it there.</summary>
public sealed class InterfaceNameTests : ServingDaemonTest
{
    private static readonly Dictionary<string, string> Named = new() { ["com.docker.network.endpoint.ifname"] = "lan0" };

    private readonly ScriptedDocker _docker = ScriptedDocker.StartAsync().GetAwaiter().GetResult();

    // Its link passes through the machine's own namespace.
    private string Endpoint { get; } = $"{Guid.NewGuid():n}";

    private protected override AdapterSettings Change(AdapterSettings settings) => settings with { DockerSocket = _docker.Socket };

    private protected override async ValueTask EndDaemonAsync()
    {
        await base.EndDaemonAsync();
        await _docker.DisposeAsync();
    }

    [Theory]
    [InlineData(DockerCalls.Now)]
    [InlineData(DockerCalls.Ahead)]
    public async Task Docker_29_8_is_given_the_name_and_so_are_the_plugins(string network)
    {
        var environment = Path.Combine(Path.GetDirectoryName(Networks.Plugins)!, "ifname");
        Networks.WriteChain(add: $"echo $CNI_IFNAME > '{environment}'");
        Tell("29.8.0");
        await CreatedAsync(network, answer => !answer.Contains("Err", StringComparison.Ordinal));

        var joined = await Docker.JoinAsync(Endpoint, network);

        joined.Should().Contain("\"DstPrefix\":\"eth\",\"DstName\":\"lan0\"");
        (await File.ReadAllTextAsync(environment, Cancellation)).Trim().Should().Be("lan0");
        (await Docker.EndpointAsync("DeleteEndpoint", Endpoint, network)).Should().Be("{}");
    }

    [Theory]
    [InlineData("lan0", "{}")]
    [InlineData("eth0", "Docker named the interface eth0, and not lan0 as endpoint option com.docker.network.endpoint.ifname requests")]
    public async Task A_start_fails_if_the_interface_has_another_name_in_the_container_than_was_requested(string ifname, string outcome)
    {
        using var host = new ThrowAwayHost();
        Tell("29.8.0");
        var created = await CreatedAsync(DockerCalls.Now, answer => !answer.Contains("Err", StringComparison.Ordinal));
        var address = (string)JsonNode.Parse(created)!["Interface"]!["Address"]!;
        var source = (string)JsonNode.Parse(await Docker.JoinAsync(Endpoint, sandbox: host.SandboxPath))!["InterfaceName"]!["SrcName"]!;

        Tool.Run("ip", "link", "set", source, "netns", host.SandboxPath, "name", ifname);
        Tool.Ip(host.SandboxPath, $"address add {address} dev {ifname}");
        Tool.Ip(host.SandboxPath, $"link set {ifname} up");

        (await Docker.EndpointAsync("ProgramExternalConnectivity", Endpoint)).Should().Contain(outcome);
        (await Docker.EndpointAsync("Leave", Endpoint)).Should().Be("{}");
        (await Docker.EndpointAsync("DeleteEndpoint", Endpoint)).Should().Be("{}");
    }

    [Fact]
    public async Task A_name_that_the_container_has_already_is_refused()
    {
        using var host = new ThrowAwayHost();
        Tool.Ip(host.SandboxPath, "tuntap add dev lan0 mode tap");
        Tell("29.8.0");
        await CreatedAsync(DockerCalls.Now, answer => !answer.Contains("Err", StringComparison.Ordinal));

        (await Docker.JoinAsync(Endpoint, sandbox: host.SandboxPath)).Should().Contain("the container has an interface lan0 already");
        (await Docker.EndpointAsync("DeleteEndpoint", Endpoint)).Should().Be("{}");
    }

    [Fact]
    public async Task Docker_29_7_gets_no_name_and_a_request_for_one_is_refused()
    {
        Tell("29.7.2");

        var refused = await CreatedAsync(DockerCalls.Now, answer => answer.Contains("-o cni.attach=sandbox", StringComparison.Ordinal));

        refused.Should().Contain("before version 29.8");
        (await Docker.CreateEndpointAsync(Endpoint)).Should().StartWith("{\"Interface\":");
        (await Docker.JoinAsync(Endpoint)).Should().Contain("\"DstPrefix\":\"eth\"}");
        (await Docker.EndpointAsync("DeleteEndpoint", Endpoint)).Should().Be("{}");
    }

    [Fact]
    public async Task While_the_version_is_unknown_a_request_for_a_name_is_refused_and_retried_by_itself()
    {
        var refused = await Docker.CreateEndpointAsync(Endpoint, options: Named);

        refused.Should().Contain("Docker has not told cnm-cni its version yet").And.Contain(
            "Containers with a restart policy are started by themselves");
    }

    private void Tell(string version) => _docker.Script.Answers["GET /version"] =
        ScriptedSocket.Json($$"""{"Version":"{{version}}","ApiVersion":"1.55"}""");

    // cnm-cni asks for the version in the background.
    private async Task<string> CreatedAsync(string network, Func<string, bool> isExpected)
    {
        var address = network == DockerCalls.Ahead
            ? (string)JsonNode.Parse(await Docker.RequestAddressAsync())!["Address"]!
            : null;
        var answer = "";
        await Eventually.TrueAsync(
            async _ => isExpected(answer = await Docker.CreateEndpointAsync(Endpoint, network, address, options: Named)),
            "Docker's version is known", Cancellation);
        return answer;
    }
}
