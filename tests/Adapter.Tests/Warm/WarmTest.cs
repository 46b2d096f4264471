using System.Text.Json.Nodes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Warm;

/// <summary>A daemon with scripted plugins that make veths, and the calls of a Docker with warm networks.</summary>
public abstract class WarmTest : ServingDaemonTest
{
    /// <summary>The Docker network with <c>--ipam-driver cni</c>.</summary>
    protected const string Reserved = "0d";

    /// <summary>The Docker network with <c>--ipam-driver null</c>.</summary>
    protected const string Unreserved = "0c";

    protected const string Mac = "02:42:0a:4d:00:07";

    private protected override AdapterSettings Change(AdapterSettings settings) => settings with
    {
        Warm = new WarmSettings { Rest = TimeSpan.FromMilliseconds(100) },
        Repair = new RepairSettings
        {
            Interval = TimeSpan.FromSeconds(1), RetryFirst = TimeSpan.FromMilliseconds(200), RetryLongest = TimeSpan.FromSeconds(1),
        },
    };

    // The links of attachments that remain are in the machine's own namespace.
    private protected override async ValueTask EndDaemonAsync()
    {
        await base.EndDaemonAsync();
        foreach (var remaining in Networks.Store.Where(entry => entry.EndsWith("-chain", StringComparison.Ordinal)))
            Tool.Try("ip", ["link", "delete", $"w{remaining[..10]}"]);
    }

    /// <summary>Replaces the Docker network of <see cref="ScriptedNetworksTest"/> by a warm one.</summary>
    protected async Task<string> CreateAsync(string network, int warm, bool reuse = false, Dictionary<string, string>? more = null)
    {
        Networks.WriteVethChain();
        var isReserved = network == Reserved;
        await Docker.EndpointAsync("DeleteNetwork", "", isReserved ? DockerCalls.Ahead : DockerCalls.Now);
        var options = new Dictionary<string, string>(more ?? [])
        {
            ["cni.network"] = isReserved ? "ahead" : "now", ["cni.warm"] = $"{warm}", ["cni.warm.reuse"] = reuse ? "true" : "false",
        };
        return await CallAsync("NetworkDriver.CreateNetwork", new
        {
            NetworkID = network,
            Options = new Dictionary<string, object> { ["com.docker.network.generic"] = options },
            IPv4Data = new[] { isReserved
                ? new { AddressSpace = "cni", Pool = "10.77.0.0/16" } : new { AddressSpace = "null", Pool = "0.0.0.0/0" } },
        });
    }

    /// <summary>Waits until so many are ready, and no more are there.</summary>
    protected Task ReadyAsync(int count, string network = Reserved) => Eventually.TrueAsync(async _ =>
        await StatesAsync(network) is var states && states.Length == count && states.All(state => state == "ready"), $"{count} are ready",
        TestContext.Current.CancellationToken);

    protected async Task<string[]> StatesAsync(string network = Reserved) =>
        [.. (await WarmAsync(network)).Select(attachment => (string)attachment!["state"]!)];

    protected async Task<JsonArray> WarmAsync(string network = Reserved) => (await StatusAsync())["networks"]!.AsArray()
        .Single(candidate => (string)candidate!["id"]! == network)!["warm"]?["attachments"]?.AsArray() ?? [];

    protected async Task<JsonNode> StatusAsync() => JsonNode.Parse((await Daemon.PostAsync("Bridge.Status", "")).Body)!;

    protected async Task<string> RequestAddressAsync(string? address = null) => (string?)JsonNode.Parse(await CallAsync(
        "IpamDriver.RequestAddress", new
        {
            PoolID = "ahead/10.77.0.0/16", Address = address ?? "",
            Options = new Dictionary<string, string> { ["com.docker.network.endpoint.macaddress"] = Mac },
        }))!["Address"] ?? "";

    /// <summary>RequestAddress and CreateEndpoint.</summary>
    protected async Task<string> StartReservedAsync(string endpoint, Dictionary<string, string>? options = null, string? address = null)
    {
        address = await RequestAddressAsync(address);
        (await CreateEndpointAsync(endpoint, Reserved, address, Mac, options)).Should().StartWith("{\"Interface\":");
        return address;
    }

    protected Task<string> CreateEndpointAsync(
        string endpoint, string network, string address = "", string mac = "", Dictionary<string, string>? options = null) => CallAsync(
            "NetworkDriver.CreateEndpoint", new
            {
                NetworkID = network, EndpointID = endpoint, Interface = new { Address = address, MacAddress = mac },
                Options = options ?? [],
            });

    protected async Task<string> JoinAsync(string endpoint, string network, string sandbox = "/run/docker/netns/none") =>
        (string?)JsonNode.Parse(await CallAsync(
            "NetworkDriver.Join", new { NetworkID = network, EndpointID = endpoint, SandboxKey = sandbox }))!["InterfaceName"]?["SrcName"]
            ?? "";

    protected async Task EndAsync(string endpoint, string network, string? address = null)
    {
        await Docker.EndpointAsync("Leave", endpoint, network);
        (await Docker.EndpointAsync("DeleteEndpoint", endpoint, network)).Should().Be("{}");
        if (address is not null)
            (await Docker.ReleaseAddressAsync(address.Split('/')[0])).Should().Be("{}");
    }

    protected static string Ip(params string[] arguments) => Tool.Run("ip", arguments);

    protected async Task<string> CallAsync(string method, object request) =>
        (await Daemon.PostAsync(method, System.Text.Json.JsonSerializer.Serialize(request))).Body;
}
