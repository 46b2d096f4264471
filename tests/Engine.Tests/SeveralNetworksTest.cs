using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>What tests of containers on several networks have in common.</summary>
public abstract class SeveralNetworksTest(SeveralNetworksHost engine) : EngineTest(engine)
{
    protected const string First = SeveralNetworksHost.First;
    protected const string Second = SeveralNetworksHost.Second;
    protected const string Third = SeveralNetworksHost.Third;

    private readonly List<string> _networks = [];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var network in _networks)
            await Host.DockerAsync(["network", "rm", network], CancellationToken.None);

        GC.SuppressFinalize(this);
    }

    /// <summary>Older engines never give a name again to an interface that is connected later.</summary>
    protected bool TakesFreeNames => Host.Engine >= EngineVersion.V28;

    /// <summary>A Docker network for this test alone, as <c>cnm-cni networks create</c> makes it.</summary>
    protected async Task CreateNetworkAsync(string cniNetwork, string network, params IEnumerable<string> options)
    {
        _networks.Add(network);
        await engine.CreateAsync(cniNetwork, network, options, Cancellation);
    }

    /// <summary>A web server on one network.</summary>
    protected Task RunOnAsync(string network, string name, params IEnumerable<string> options) =>
        DockerAsync(["run", "--detach", "--name", name, "--network", network, .. options, Image, .. WebServer]);

    protected Task ConnectAsync(string network, string name) => DockerAsync("network", "connect", network, name);

    protected Task DisconnectAsync(string network, string name) => DockerAsync("network", "disconnect", network, name);

    protected Task<DockerView> ViewAsync(string name, string network) => DockerView.OfAsync(Host, name, network, Cancellation);

    protected Task<SandboxView> InsideAsync(string name) => SandboxView.OfAsync(Host, name, Cancellation);

    /// <summary>The container has these interfaces and no others, each with the address that Docker shows for its network.</summary>
    /// <param name="name">The container.</param>
    /// <param name="networks">By interface: eth0 has the first one's address. Null: there is no such interface.</param>
    protected async Task AssertInterfacesAsync(string name, params string?[] networks)
    {
        var expected = new Dictionary<string, string>();
        foreach (var (number, network) in networks.Index())
        {
            if (network is not null)
                expected[$"eth{number}"] = (await ViewAsync(name, network)).Address;
        }

        (await InsideAsync(name)).Interfaces.Should().BeEquivalentTo(expected);
    }

    /// <summary>The plugins find everything as they left it.</summary>
    /// <param name="name">The container.</param>
    /// <param name="skipped">How many of its attachments have a chain that cannot be asked; null: it depends.</param>
    protected async Task AssertPassesCheckAsync(string name, int? skipped = 0)
    {
        var check = await Host.BridgeAsync(["check", name, "--json"], Cancellation);
        var results = JsonNode.Parse(check.StandardOutput)!["results"]!.AsArray();

        // portmap 1.1.1 misses rules of IPv6 for containers that have IPv4 alone, and publish something.
        results.Where(result => (string?)result!["outcome"] == "failed").Select(result => (string?)result!["message"])
            .Where(message => !message!.Contains("could not check ipv6 dnat") || Host.Engine >= EngineVersion.V28).Should().BeEmpty();
        if (skipped is not null)
            results.Count(result => (string?)result!["outcome"] == "skipped").Should().Be(skipped);
    }

    /// <summary>
    /// The ports are published once, by this network's endpoint, they answer, and the container's default route goes there.
    /// </summary>
    protected async Task AssertPublishesAsync(string name, string network, int port = 8080)
    {
        var endpoint = await ViewAsync(name, network);
        (await InsideAsync(name)).Gateways.Should().Equal(endpoint.Gateway);
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Where(candidate => candidate.Ports.Count > 0)
            .Should().ContainSingle().Which.EndpointId.Should().Be(endpoint.EndpointId);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, port, Cancellation)).Should().Be(Page);
    }
}
