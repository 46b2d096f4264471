using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>Everything a running container goes through.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class LifecycleTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    [Feature("Containers: `docker network connect` and `disconnect` of a running one")]
    [Fact]
    public async Task A_running_container_is_connected_and_disconnected()
    {
        await DockerAsync("run", "--detach", "--name", "web", Image, "httpd", "-f", "-p", "80", "-h", "/www");

        await DockerAsync("network", "connect", Network, "web");
        var connected = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var inside = await KernelView.OfAsync(Host, "web", "eth1", Cancellation);

        inside.Address.Should().Be(connected.Address);
        inside.Mac.Should().Be(connected.Mac);
        (await Host.FromHost.GetAsync(connected.Address, 80, Cancellation)).Should().Be(Page);

        await DockerAsync("network", "disconnect", Network, "web");

        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().BeEmpty();
        Directory.GetFiles(Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}"), "10.90.*").Should().BeEmpty();
    }

    [Feature("Containers: stop, start, restart")]
    [Fact]
    public async Task A_stopped_container_gives_its_address_back_and_gets_one_at_the_next_start()
    {
        await RunContainerAsync("web");

        await DockerAsync("stop", "web");
        await Host.SettleAsync(Cancellation);
        Directory.GetFiles(Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}"), "10.90.*").Should().BeEmpty();

        await DockerAsync("start", "web");
        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await Host.FromHost.GetAsync(container.Address, 80, Cancellation)).Should().Be(Page);
    }

    [Feature("Containers: stop, start, restart")]
    [Fact]
    public async Task A_restarted_container_is_reachable_again()
    {
        await RunContainerAsync("web");

        await DockerAsync("restart", "web");

        var container = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await Host.FromHost.GetAsync(container.Address, 80, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Containers: reach the outside")]
    [Feature("Firewall back ends: iptables for masquerade")]
    [Fact]
    public async Task A_container_reaches_the_outside_under_the_address_of_its_host()
    {
        await RunContainerAsync("web");
        await using var outside = Host.FromNeighbour.ServePage(80, "outside");

        // The neighbour has no route to the container: only masqueraded packets come back.
        (await ExecAsync("web", "wget", "-qO-", $"http://{TestHost.NeighbourAddress}/")).Should().Be("outside");
    }

    [Feature("Containers: go on when cnm-cni is restarted")]
    [Fact]
    public async Task After_a_regular_restart_cnm_cni_continues_with_its_containers()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunContainerAsync("other");

        await Host.Bridge.StopAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "other"], Cancellation)).EnsureSuccess();
        await DockerAsync("restart", "web");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Endpoint options: names and `--network-alias`")]
    [Fact]
    public async Task A_container_is_found_by_its_name_as_on_any_Docker_network()
    {
        await RunContainerAsync("web");
        await RunContainerAsync("visitor");
        var web = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var visitor = await Host.FromContainerAsync("visitor", Cancellation);

        (await visitor.ResolveAsync("web", "127.0.0.11", Cancellation)).Should().Be(web.Address);
    }

    [Feature("Nothing is left: the CNI configuration gone")]
    [Fact]
    public async Task A_container_is_removed_cleanly_although_its_CNI_configuration_is_gone()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        var file = Host.PathOf($"/etc/cni/net.d/{CniNetworks.FileName}");
        File.Delete(file);
        try
        {
            await DockerAsync("rm", "--force", "web");
            await AssertNothingIsLeftSinceAsync(census);

            var run = await TryDockerAsync("run", "--rm", "--network", Network, Image, "true");
            run.ExitCode.Should().NotBe(0);
            run.StandardError.Should().Contain(CniNetworks.Name);
        }
        finally
        {
            await File.WriteAllTextAsync(file, CniNetworks.StockChain, Cancellation);
        }
    }

    [Feature("Nothing is left: the firewall flushed")]
    [Fact]
    public async Task A_container_is_removed_cleanly_after_the_firewall_was_flushed()
    {
        // Restoring makes all chains that the kernel knows; adding rules makes only those in use.
        await RunInShellAsync("iptables-save -t nat | iptables-restore -T nat");
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunInShellAsync("iptables-save -t nat | grep -v CNI- | iptables-restore -T nat");

        await DockerAsync("rm", "--force", "web");

        var changes = await Host.ChangesSinceAsync(census, Eventually.Bound, IsLeftBehind, Cancellation);
        string.Join('\n', changes.Where(IsLeftBehind)).Should().BeEmpty();
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().BeEmpty();
    }
}
