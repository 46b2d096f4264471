using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Docker's answer, the kernel and the CNI result agree.</summary>
public abstract class AgreementTests(EngineHost engine) : EngineTest(engine)
{
    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Fact]
    public async Task Docker_inspect_the_inside_of_the_container_and_the_CNI_result_agree()
    {
        await RunContainerAsync("web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);

        var result = bridge.Result!;
        var ip = result["ips"]![0]!;
        var address = $"{docker.Address}/{docker.PrefixLength}";
        $"{kernel.Address}/{kernel.PrefixLength}".Should().Be(address);
        ((string)ip["address"]!).Should().Be(address);
        bridge.Addresses.Should().Equal(address);
        docker.Gateway.Should().Be(CniNetworks.Gateway);
        kernel.Gateway.Should().Be(docker.Gateway);
        ((string)ip["gateway"]!).Should().Be(docker.Gateway);
        kernel.Mac.Should().Be(docker.Mac);
        bridge.Mac.Should().Be(docker.Mac);
        result["interfaces"]!.AsArray().Select(link => (string?)link!["mac"]).Should().Contain(docker.Mac);
        bridge.Mtu.Should().Be(kernel.Mtu);
        result["routes"]!.AsArray().Select(route => (string)route!["dst"]!).Should().Equal("0.0.0.0/0");
        kernel.Routes.Should().BeEquivalentTo(
            $"default via {CniNetworks.Gateway} dev eth0", $"{CniNetworks.Subnet} dev eth0 scope link  src {docker.Address}");
    }

    // Without ports: CHECK of portmap 1.1 looks for rules of both families where ADD made those of one.
    [Feature("True answers: CHECK")]
    [Fact]
    public async Task The_CNI_verb_CHECK_passes_for_running_containers()
    {
        await RunContainerAsync("one");
        await RunContainerAsync("two");

        (await Host.BridgeAsync(["check"], Cancellation)).EnsureSuccess();
        (await Host.BridgeAsync(["check", "one"], Cancellation)).EnsureSuccess();
    }

    [Feature("True answers: CHECK")]
    [Fact]
    public async Task CHECK_fails_when_the_address_was_removed()
    {
        await RunContainerAsync("web", "--cap-add", "NET_ADMIN");
        await ExecAsync("web", "ip", "addr", "flush", "dev", "eth0");

        var check = await Host.BridgeAsync(["check", "web"], Cancellation);

        check.ExitCode.Should().NotBe(0);
        (check.StandardOutput + check.StandardError).Should().Contain("web").And.Contain("bridge");
    }

    [Feature("Endpoint options: `--mac-address`")]
    [Fact]
    public async Task A_chosen_MAC_is_in_the_container_in_docker_inspect_and_in_the_CNI_result()
    {
        const string chosen = "02:11:22:33:44:55";
        await RunContainerAsync("web", "--mac-address", chosen);

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);

        docker.Mac.Should().Be(chosen);
        kernel.Mac.Should().Be(chosen);
        bridge.Mac.Should().Be(chosen);
        bridge.Result!["interfaces"]!.AsArray().Select(link => (string?)link!["mac"]).Should().Contain(chosen);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("True answers: `cnm-cni status` names containers, networks, addresses")]
    [Fact]
    public async Task Status_names_the_network_and_the_container()
    {
        await RunContainerAsync("web");
        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        var status = (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().Output;

        status.Should().Contain(Network).And.Contain("web").And.Contain(docker.Address);
    }
}
