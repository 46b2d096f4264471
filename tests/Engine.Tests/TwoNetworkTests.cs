using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Containers on two CNI networks at once.</summary>
public sealed class TwoNetworkTests(TwoNetworkHost engine) : EngineTest(engine), IClassFixture<TwoNetworkHost>
{
    private const string Second = TwoNetworkHost.SecondNetwork;

    [Fact(Timeout = Patience)]
    public async Task A_container_on_two_CNI_networks_has_an_address_on_each()
    {
        await RunContainerAsync("web");
        await DockerAsync("network", "connect", Second, "web");

        var first = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var second = await DockerView.OfAsync(Host, "web", Second, Cancellation);

        second.Address.Should().NotBe(first.Address);
        (await Host.FromHost.GetAsync(first.Address, 80, Cancellation)).Should().Be(Page);
        (await KernelView.OfAsync(Host, "web", "eth1", Cancellation)).Address.Should().Be(second.Address);
    }

    [Fact(Timeout = Patience)]
    public async Task A_container_on_two_networks_publishes_its_port_once()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        await DockerAsync("network", "connect", Second, "web");

        var published = (await BridgeView.OfAsync(Host, Cancellation)).Endpoints.Where(endpoint => endpoint.Ports.Count > 0);

        published.Should().ContainSingle();
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("restart", "web");
        (await BridgeView.OfAsync(Host, Cancellation)).Endpoints.Where(endpoint => endpoint.Ports.Count > 0).Should().ContainSingle();
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    [Fact(Timeout = Patience)]
    public async Task A_network_without_a_name_is_refused_when_there_are_two_to_choose_from()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("-o cni.network=").And.Contain(CniNetworks.Name).And.Contain(CniNetworks.SecondName);
    }
}
