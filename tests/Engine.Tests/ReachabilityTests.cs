using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>Who reaches whom, on the network that containers and pods share.</summary>
public abstract class ReachabilityTests(EngineHost engine) : EngineTest(engine)
{
    [Feature("Pods: containers and pods reach each other")]
    [Fact]
    public async Task A_container_and_a_pod_reach_each_other_by_TCP_and_ping()
    {
        await RunContainerAsync("web");
        var pod = await RunPodAsync("web");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        (await ExecAsync("web", "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
        (await pod.ExecAsync(["wget", "-qO-", $"http://{container.Address}/"], Cancellation)).EnsureSuccess().StandardOutput.Should().Be(
            Page);
        await ExecAsync("web", "ping", "-c", "1", "-W", "2", pod.Ip);
        (await pod.ExecAsync(["ping", "-c", "1", "-W", "2", container.Address], Cancellation)).EnsureSuccess();
    }

    [Feature("Containers: reach each other")]
    [Fact]
    public async Task Two_containers_reach_each_other_by_TCP_and_ping()
    {
        await RunContainerAsync("one");
        await RunContainerAsync("two");
        var one = await DockerView.OfAsync(Host, "one", Network, Cancellation);
        var two = await DockerView.OfAsync(Host, "two", Network, Cancellation);

        (await ExecAsync("one", "wget", "-qO-", $"http://{two.Address}/")).Should().Be(Page.TrimEnd());
        (await ExecAsync("two", "wget", "-qO-", $"http://{one.Address}/")).Should().Be(Page.TrimEnd());
        await ExecAsync("one", "ping", "-c", "1", "-W", "2", two.Address);
    }

    [Feature("Pods: the host reaches containers and pods")]
    [Fact]
    public async Task The_host_reaches_containers_and_pods()
    {
        await RunContainerAsync("web");
        var pod = await RunPodAsync("web");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        (await Host.FromHost.GetAsync(container.Address, 80, Cancellation)).Should().Be(Page);
        (await Host.FromHost.GetAsync(pod.Ip, 80, Cancellation)).Should().Be(Page);
    }

    [Feature("Containers: on docker0 and a CNI network")]
    [Fact]
    public async Task A_container_on_docker0_and_on_the_CNI_network_reaches_both()
    {
        await DockerAsync("run", "--detach", "--name", "plain", Image, "httpd", "-f", "-p", "80", "-h", "/www");
        await RunContainerAsync("both");
        await DockerAsync("network", "connect", "bridge", "both");
        var pod = await RunPodAsync("web");
        var plain = await DockerView.OfAsync(Host, "plain", "bridge", Cancellation);

        (await ExecAsync("both", "wget", "-qO-", $"http://{plain.Address}/")).Should().Be(Page.TrimEnd());
        (await ExecAsync("both", "wget", "-qO-", $"http://{pod.Ip}/")).Should().Be(Page.TrimEnd());
    }

    [Feature("Addresses: pods and containers never get the same one")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Forty_containers_and_pods_come_and_go_in_parallel_without_an_address_collision()
    {
        var census = await CensusAfterOneContainerAsync();
        var live = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        var collisions = new System.Collections.Concurrent.ConcurrentQueue<string>();
        void Arrive(string address, string who)
        {
            if (!live.TryAdd(address, who))
                collisions.Enqueue($"{who} was given {address}, which {live.GetValueOrDefault(address)} had");
        }

        async ValueTask ComeAndGo(int number, CancellationToken cancellationToken)
        {
            var name = $"guest{number}";
            await RunContainerAsync(name);
            var container = await DockerView.OfAsync(Host, name, Network, cancellationToken);
            Arrive(container.Address, $"container {name}");
            var pod = await Host.Pods.RunAsync(name, WebServer, cancellationToken);
            Arrive(pod.Ip, $"pod {name}");
            (await pod.ExecAsync(["wget", "-qO-", $"http://{container.Address}/"], cancellationToken)).EnsureSuccess();
            live.TryRemove(container.Address, out _);
            await DockerAsync("rm", "--force", name);
            live.TryRemove(pod.Ip, out _);
            await pod.RemoveAsync(cancellationToken);
        }

        await Parallel.ForAsync(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Cancellation }, ComeAndGo);

        collisions.Should().BeEmpty();
        await AssertNothingIsLeftSinceAsync(census);
    }
}
