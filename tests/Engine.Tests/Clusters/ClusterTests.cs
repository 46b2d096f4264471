using Bridge.Engine.Tests.Fidelity;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests.Clusters;

/// <summary>A container on a cluster's CNI network has what a pod there has, and leaves nothing.</summary>
[Plugin("flannel", "calico", "cilium-cni", "aws-cni", "azure-vnet", "ovn-k8s-cni-overlay", StandIn = true)]
public sealed class ClusterTests(ClusterHost engine) : ClusterTest(engine), IClassFixture<ClusterHost>
{
    private const string LikeAPod = "Clusters: a container has what a pod has";

    public static TheoryData<string> Networks => [.. ClusterShape.All.Select(shape => shape.Network)];

    [Feature(LikeAPod)]
    [Theory]
    [MemberData(nameof(Networks))]
    public async Task A_container_and_a_pod_are_alike_and_reach_each_other(string network)
    {
        var shape = ClusterShape.Of(network);
        await JoinClusterAsync(shape);
        (await PoolsAsync(network)).Should().Be(shape.Pools);

        await StartAsync(shape, "web");
        var pod = await RunPodOnAsync(shape, "oracle");

        (await DifferencesAsync("web", pod)).Should().BeEmpty();
        var docker = await DockerView.OfAsync(Host, "web", network, Cancellation);
        (await StatusView.OfAsync(Host, Cancellation)).CniNetworks.Single(listed => listed.Name == network).Neighbours
            .Should().ContainSingle(neighbour => neighbour.Kind == "pod").Which.Addresses.Should().Equal(pod.Ip);
        (await ExecAsync("web", "wget", "-q", "-O", "-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
        (await pod.ExecAsync(["wget", "-q", "-O", "-", $"http://{docker.Address}/"], Cancellation)).Output.Should().Be(Page.TrimEnd());
    }

    [Feature($"{LikeAPod}, with `cni.attach=sandbox`", Since = "28.0")]
    [Theory]
    [MemberData(nameof(Networks))]
    public async Task They_are_alike_in_the_containers_own_namespace_too(string network)
    {
        RequireEngine(EngineVersion.V28, "a sandbox before Join");
        var shape = ClusterShape.Of(network);
        await JoinClusterAsync(shape, "-o", "cni.attach=sandbox");

        await StartAsync(shape, "web");
        var pod = await RunPodOnAsync(shape, "oracle");

        (await DifferencesAsync("web", pod)).Should().BeEmpty();
        if (shape.IsReserved)
        {
            (await DockerView.OfAsync(Host, "web", network, Cancellation)).Mac
                .Should().Be(await ExecAsync("web", "cat", "/sys/class/net/eth0/address"));
        }
    }

    [Feature("Clusters: nothing is left, and `docker inspect` is true")]
    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Docker_inspect_is_true_and_nothing_is_left(string network)
    {
        var shape = ClusterShape.Of(network);
        await JoinClusterAsync(shape);
        var census = await CensusOnAsync(shape);

        await StartAsync(shape, "web");
        var docker = await DockerView.OfAsync(Host, "web", network, Cancellation);
        var kernel = await SandboxFacts.OfContainerAsync(Host, "web", [], Cancellation);
        var mac = await ExecAsync("web", "cat", "/sys/class/net/eth0/address");
        var gateway = await ExecAsync("web", "sh", "-c", "ip route | awk '/^default/ { print $3 }'");

        // Azure's address has a prefix without a route to it; Docker, which would make the route, is told the address alone.
        kernel.Addresses.Select(address => address.Split('/')[0]).Should().Equal(docker.Address);
        docker.Mac.Should().Be(mac);
        docker.Gateway.Should().Be(gateway);

        await RemoveAsync("web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    private async Task<TestHosts.Census.HostCensus> CensusOnAsync(ClusterShape shape)
    {
        await DockerAsync("run", "--rm", "--network", shape.Network, Image, "true");
        await Host.SettleAsync(Cancellation);
        return await Host.CensusAsync(Cancellation);
    }
}
