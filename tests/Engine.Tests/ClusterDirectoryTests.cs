using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>A containerd with its CNI networks in a directory of its own, which no setting of cnm-cni names.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class ClusterDirectoryTests(ClusterDirectoryHost engine) : EngineTest(engine), IClassFixture<ClusterDirectoryHost>
{
    [Feature("Pods: containers and pods reach each other")]
    [Fact]
    public async Task Containers_and_pods_meet_on_a_network_of_the_directory_that_containerd_names()
    {
        await HasNetworkAsync(Network);
        await RunContainerAsync("web");
        var pod = await RunPodAsync("dns");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        (await ExecAsync("web", "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
        (await pod.ExecAsync(["wget", "-qO-", $"http://{container.Address}/"], Cancellation)).EnsureSuccess();
        (await Host.BridgeAsync(["networks"], Cancellation)).EnsureSuccess().StandardOutput.Should().Contain(
            $"cnm-cni uses {ClusterDirectoryHost.ClusterDirectory}: containerd uses it, and it has a configuration file.");
        (await StatusView.OfAsync(Host, Cancellation)).CniNetworks.Single().Neighbours.Select(neighbour => neighbour.Kind)
            .Should().BeEquivalentTo("container", "pod");
    }

    [Feature("Networks: `cnm-cni networks create`")]
    [Fact]
    public async Task A_Docker_network_keeps_its_CNI_network_of_another_directory_while_a_cluster_is_left_and_joined()
    {
        (await Host.BridgeAsync(["networks", "create", CniNetworks.SecondName], Cancellation)).EnsureSuccess();
        await HasNetworkAsync(Network);
        await RunContainerAsync("in-cluster");
        await DockerAsync(["run", "--detach", "--name", "own", "--network", CniNetworks.SecondName, Image, .. WebServer]);

        await RunInShellAsync($"mv {ClusterDirectoryHost.ClusterDirectory}/{CniNetworks.FileName} /run/left");
        try
        {
            await RemoveAsync("in-cluster", "own");
            await DockerAsync(["run", "--rm", "--network", CniNetworks.SecondName, Image, "true"]);
        }
        finally
        {
            await RunInShellAsync($"mv /run/left {ClusterDirectoryHost.ClusterDirectory}/{CniNetworks.FileName}");
        }

        await HasNetworkAsync(Network);
        await DockerAsync(["run", "--rm", "--network", Network, Image, "true"]);
        await DockerAsync("network", "rm", CniNetworks.SecondName);
        await Host.SettleAsync(Cancellation);
        (await RunInShellAsync("ls /var/lib/cni/networks/*/10.* 2>/dev/null || true")).Should().BeEmpty();
    }

    private Task HasNetworkAsync(string name) => Eventually.TrueAsync(
        async token => (await Host.DockerAsync(["network", "inspect", name], token)).Succeeded, $"Docker has the network {name}",
        Cancellation);
}
