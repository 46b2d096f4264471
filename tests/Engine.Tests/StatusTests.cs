using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>What <c>cnm-cni status</c> tells of a network that Docker and Kubernetes share.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class StatusTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    [Feature("True answers: `cnm-cni status` lists pods beside containers")]
    [Fact]
    public async Task Containers_and_pods_of_a_network_are_listed_side_by_side()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        var pod = await RunPodAsync("dns", hostPort: 8081);
        await IsNamedAsync("web", within: Eventually.Bound);
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        var status = (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().StandardOutput;

        var lines = status.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        lines.Should().Contain($"On CNI network {CniNetworks.Name} ({CniNetworks.Subnet}):");
        lines.Should().ContainMatch(
            $"{container.Address} container web {Network} * joined {container.Mac} 8080->80/tcp * {container.EndpointId[..12]}");
        lines.Should().Contain($"{pod.Ip} pod default/dns - - - - 8081->80/tcp - {pod.Id[..12]}");
    }

    [Feature("True answers: `cnm-cni status` lists pods beside containers")]
    [Fact]
    public async Task Ports_of_pods_are_listed_once_and_without_those_of_containers()
    {
        (await StatusView.OfAsync(Host, Cancellation)).PortOwners.Should().BeEmpty();
        await RunContainerAsync("web", "--publish", "8080:80");
        await DockerAsync(["run", "--detach", "--name", "plain", "--publish", "8082:80", Image, .. WebServer]);
        var pod = await RunPodAsync("dns", hostPort: 8081);

        var owner = (await StatusView.OfAsync(Host, Cancellation)).PortOwners.Should().ContainSingle().Subject;

        (owner.Kind, owner.Name, owner.ContainerId).Should().Be(("pod", "default/dns", pod.Id));
        owner.Ports.Should().Equal(new StatusView.Port(null, 8081, 80, "tcp"));
    }

    [Feature("True answers: `cnm-cni status` lists pods beside containers")]
    [Fact]
    public async Task All_containers_and_pods_are_listed_whichever_runtime_gave_the_address()
    {
        await RunContainerAsync("web");
        var pod = await RunPodAsync("dns");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var stranger = Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}/10.90.0.200");
        await File.WriteAllTextAsync(stranger, "f00d\r\neth0", Cancellation);
        try
        {
            var bridge = await StatusView.OfAsync(Host, Cancellation);
            var endpoint = bridge.EndpointOf(container.EndpointId);

            bridge.CniNetworks.Single().Neighbours.Select(
                neighbour => (neighbour.Kind, neighbour.ContainerId, neighbour.Addresses.Single())).Should().BeEquivalentTo([
                ("container", endpoint.ContainerId, container.Address),
                ("pod", pod.Id, pod.Ip),
                ("other", "f00d", "10.90.0.200"),
            ]);
        }
        finally
        {
            File.Delete(stranger);
        }
    }

    [Feature("True answers: `cnm-cni status` lists pods beside containers")]
    [Fact]
    public async Task Removed_containers_and_pods_are_not_listed()
    {
        await RunContainerAsync("web");
        await RemoveAsync("web");

        (await StatusView.OfAsync(Host, Cancellation)).CniNetworks.Single().Neighbours.Should().BeEmpty();
    }

    [Feature("True answers: `cnm-cni status` names containers, networks, addresses")]
    [Fact]
    public async Task Status_answers_although_containerd_hangs()
    {
        await RunContainerAsync("web");
        var pod = await RunPodAsync("dns");
        await SignalContainerdAsync("STOP");
        try
        {
            var status = await StatusView.OfAsync(Host, Cancellation);

            status.PodRuntime.Should().Be("silent");
            status.Endpoints.Should().ContainSingle();
            status.CniNetworks.Single().Neighbours.Should().ContainSingle(
                neighbour => neighbour.ContainerId == pod.Id && neighbour.Kind == "other");
        }
        finally
        {
            await SignalContainerdAsync("CONT");
        }
    }

    [Feature("True answers: `cnm-cni status` names containers, networks, addresses")]
    [Fact]
    public async Task A_renamed_container_is_listed_under_its_new_name()
    {
        await RunContainerAsync("web");
        (await IsNamedAsync("web", within: Eventually.Bound)).Should().BeTrue();

        await DockerAsync("rename", "web", "renamed");

        (await IsNamedAsync("renamed", within: TimeSpan.FromSeconds(25))).Should().BeTrue(
            "the next look at intervals is thirty seconds away");
    }

    /// <summary>Names are learned in the background.</summary>
    private Task<bool> IsNamedAsync(string container, TimeSpan within) => Eventually.IsTrueAsync(
        async token => (await StatusView.OfAsync(Host, token)).Endpoints is [{ ContainerName: { } name, NetworkName: not null }]
            && name == container, within, Cancellation);

    private async Task SignalContainerdAsync(string signal) =>
        (await Host.RunAsync(
            ["kill", $"-{signal}", Host.Containerd.Pid.ToString(CultureInfo.InvariantCulture)], Cancellation)).EnsureSuccess();
}
