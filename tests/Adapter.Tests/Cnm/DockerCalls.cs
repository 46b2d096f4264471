using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Docker's calls for the networks of <see cref="ScriptedNetworks"/>, as far as they matter there.</summary>
internal sealed class DockerCalls(Func<string, string, Task<(int Status, string Body)>> post)
{
    private int _macs;

    public const string Now = "0a";
    public const string Ahead = "0b";

    public async Task CreateNetworksAsync()
    {
        (await CallAsync("NetworkDriver.CreateNetwork",
            new { NetworkID = Now, Options = Of("now"), IPv4Data = new[] { new { AddressSpace = "null", Pool = "0.0.0.0/0" } } }))
            .Should().Be("{}");
        (await CallAsync("NetworkDriver.CreateNetwork",
            new { NetworkID = Ahead, Options = Of("ahead"), IPv4Data = new[] { new { AddressSpace = "cni", Pool = "10.77.0.0/16" } } }))
            .Should().Be("{}");
    }

    /// <param name="options">Of <c>--driver-opt</c>.</param>
    public Task<string> CreateEndpointAsync(
        string endpoint, string network = Now, string? address = null, string mac = "",
        IReadOnlyDictionary<string, string>? options = null) =>
        CallAsync(
            "NetworkDriver.CreateEndpoint",
            new
            {
                NetworkID = network,
                EndpointID = endpoint,
                Interface = new { Address = address ?? "", MacAddress = mac },
                Options = options,
            });

    /// <param name="sandbox">The sandbox's path; null for one that does not exist yet.</param>
    public Task<string> JoinAsync(string endpoint, string network = Now, string? sandbox = null) => CallAsync(
        "NetworkDriver.Join", new { NetworkID = network, EndpointID = endpoint, SandboxKey = sandbox ?? $"/run/docker/netns/{endpoint}" });

    public Task<string> EndpointAsync(string method, string endpoint, string network = Now) =>
        CallAsync($"NetworkDriver.{method}", new { NetworkID = network, EndpointID = endpoint });

    /// <param name="address">In CIDR notation; null for any.</param>
    public Task<string> RequestAddressAsync(string? address = null) =>
        CallAsync("IpamDriver.RequestAddress", new
        {
            PoolID = "ahead/10.77.0.0/16",
            Address = address?.Split('/')[0] ?? "",
            Options = new Dictionary<string, string> { ["com.docker.network.endpoint.macaddress"] = $"02:00:00:00:00:{++_macs:x2}" },
        });

    public Task<string> ReleaseAddressAsync(string address) =>
        CallAsync("IpamDriver.ReleaseAddress", new { PoolID = "ahead/10.77.0.0/16", Address = address });

    /// <summary>An endpoint whose chain Join is to run.</summary>
    public async Task PrepareAsync(string endpoint)
    {
        var address = (string)JsonNode.Parse(await RequestAddressAsync())!["Address"]!;
        (await CreateEndpointAsync(endpoint, Ahead, address)).Should().StartWith("{\"Interface\":");
    }

    private static Dictionary<string, object> Of(string cniNetwork) =>
        new() { ["com.docker.network.generic"] = new Dictionary<string, string> { ["cni.network"] = cniNetwork } };

    private async Task<string> CallAsync(string method, object request) =>
        (await post(method, System.Text.Json.JsonSerializer.Serialize(request))).Body;
}
