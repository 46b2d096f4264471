using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>
/// Docker's FORWARD policy DROP. cnm-cni changes no firewall by itself; the plugins of the chain make their own
/// exceptions:
/// `firewall` lets containers speak and be answered, but nothing lets strangers in to a published port.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class DropPolicyTests(DropPolicyHost engine) : EngineTest(engine), IClassFixture<DropPolicyHost>
{
    [Feature("Containers: a host whose FORWARD policy is DROP")]
    [Fact]
    public async Task Containers_and_pods_reach_each_other_and_the_outside_thanks_to_the_firewall_plugin()
    {
        await RunContainerAsync("web");
        var pod = await RunPodAsync("web");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        await using var outside = Host.FromNeighbour.ServePage(80, "outside");

        (await Host.RunAsync(["iptables", "-S", "FORWARD"], Cancellation)).EnsureSuccess().Output.Should().Contain("-P FORWARD DROP");
        (await ExecAsync("web", "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
        (await pod.ExecAsync(["wget", "-qO-", $"http://{container.Address}/"], Cancellation)).EnsureSuccess();
        (await ExecAsync("web", "wget", "-qO-", $"http://{TestHost.NeighbourAddress}/")).Should().Be("outside");
    }

    [Feature("Containers: a host whose FORWARD policy is DROP")]
    [Fact]
    public async Task A_published_port_answers_to_another_host_once_the_administrator_allows_it()
    {
        await RunContainerAsync("web", "--publish", "8080:80");

        (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
        (await Host.RunAsync(
            ["iptables", "-I", "DOCKER-USER", "-o", "cni0", "-m", "conntrack", "--ctstate", "DNAT", "-j", "ACCEPT"],
            Cancellation)).EnsureSuccess();
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }
}
