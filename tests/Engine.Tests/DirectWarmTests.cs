using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests;

/// <summary>Warm attachments with <c>cni.attach=sandbox</c>: cnm-cni moves the interface itself, and Docker moves none.</summary>
[Feature("Containers: on warm attachments with `cni.attach=sandbox`")]
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class DirectWarmTests(DirectWarmHost engine) : DirectAttachTest(engine), IClassFixture<DirectWarmHost>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_container_takes_one_and_Docker_the_kernel_and_the_CNI_result_agree(bool isReserved)
    {
        await CreateAsync(2, reuse: false, isReserved);
        var ids = (await WarmAsync()).Select(warm => warm.Id);

        await AttachAsync("web", Network);

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", FirstInterface, Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);
        ids.Should().Contain(bridge.ContainerId);
        kernel.Address.Should().Be(docker.Address);
        kernel.PrefixLength.Should().Be(docker.PrefixLength);
        bridge.Addresses.Should().Equal($"{docker.Address}/{docker.PrefixLength}");
        kernel.Mac.Should().Be(docker.Mac);
        bridge.Mac.Should().Be(docker.Mac);
        kernel.Routes.Where(route => route.StartsWith("default", StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Should().StartWith($"default via {CniNetworks.Gateway} dev {FirstInterface}");
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        await RequireCheckedAsync("web", isReserved);
        await RemoveAllAsync("web");
    }

    [Fact]
    public async Task Both_families_arrive_with_their_default_routes_and_come_back()
    {
        await DockerAsync(["network", "create", "-d", "cni", .. DirectWarmHost.DualStack, Network]);
        await ReadyAsync(2);
        var ids = (await WarmAsync()).Select(warm => warm.Id).ToArray();

        await AttachAsync("web", Network);

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var inside = await ExecAsync("web", "ip", "-o", "addr", "show", "dev", FirstInterface);
        inside.Should().Contain($"{docker.Address}/24").And.Contain($"{docker.AddressV6}/64");
        (await ExecAsync("web", "ip", "-6", "route")).Should().Contain($"default via fd00:93::1 dev {FirstInterface}");
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        // Of a new bridge, which had only ports without a container so far: duplicate address detection.
        await Eventually.TrueAsync(
            async _ => (await RunInShellAsync("ip -6 addr show dev cni9 tentative")).Length == 0, "the bridge has its address",
            Cancellation);
        (await Host.FromHost.GetAsync(docker.AddressV6, 80, Cancellation)).Should().Be(Page);
        await RemoveAsync("web");
        (await WarmAsync()).Select(warm => warm.Id).Should().BeEquivalentTo(ids);
        await RemoveAllAsync();
    }

    [Fact]
    public async Task Ports_are_published_and_a_restarted_container_is_reached_again()
    {
        await CreateAsync(2, reuse: true);

        await AttachAsync("web", Network, "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        if (StartsInSandbox)
        {
            await DockerAsync("restart", "--time", "0", "web");
            (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        }

        await DockerAsync("rm", "--force", "web");
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        await RemoveAllAsync();
    }

    [Fact]
    public async Task An_attachment_comes_back_from_a_container_that_goes_on_and_from_one_that_ends_and_no_plugin_runs()
    {
        await CreateAsync(6, reuse: true); // Two stay ready, so that none is made meanwhile.
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        var before = WarmView.PluginRuns(Host);
        var ids = (await WarmAsync()).Select(warm => warm.Id).ToArray();

        for (var round = 0; round < 3; round++)
        {
            await DockerAsync("network", "connect", Network, "web");
            (await ExecAsync("web", "ip", "-o", "link")).Should().Contain("eth1");
            await DockerAsync("network", "disconnect", Network, "web");
            (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
        }

        await DockerAsync("network", "connect", Network, "web");
        await RemoveAsync("web");
        (await WarmAsync()).Select(warm => warm.Id).Should().BeEquivalentTo(ids);
        WarmView.PluginRuns(Host).Should().Be(before);
        await RemoveAllAsync();
    }

    [Fact]
    public async Task A_container_of_docker0_gets_a_second_interface_under_the_next_name_and_leaves_nothing()
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateAsync(2, reuse: false);
        await DockerAsync(["run", "--detach", "--name", "web", Image, .. WebServer]);

        await DockerAsync("network", "connect", Network, "web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await KernelView.OfAsync(Host, "web", "eth1", Cancellation)).Address.Should().Be(docker.Address);
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        await RemoveAllAsync("web");
        await AssertNoAttachmentIsLeftSinceAsync(census);
    }

    [Fact]
    public async Task A_container_that_changed_its_interface_does_not_give_it_back()
    {
        await CreateAsync(1, reuse: true);
        await DockerAsync(
            ["run", "--detach", "--name", "web", "--cap-add", "NET_ADMIN", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", Network, "web");
        var taken = (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Single().ContainerId;

        await ExecAsync("web", "ip", "link", "set", "eth1", "mtu", "1400");
        await DockerAsync("network", "disconnect", Network, "web");
        await Host.SettleAsync(Cancellation);

        await ReadyAsync(1);
        (await WarmAsync()).Select(warm => warm.Id).Should().NotContain(taken);
        await DockerAsync("rm", "--force", "web");
        await RemoveAllAsync();
    }

    [Fact]
    public async Task After_a_kill_the_next_process_removes_what_a_container_took_and_uses_the_rest()
    {
        var census = await Host.CensusAsync(Cancellation);
        await CreateAsync(2, reuse: true);
        await AttachAsync("web", Network);

        await RemoveWhileDownAsync("web");

        await Eventually.TrueAsync(
            async token => (await StatusView.OfAsync(Host, token)).Endpoints.Count == 0, "the container's endpoint is repaired",
            Cancellation);
        await Eventually.TrueAsync(async _ => (await WarmAsync()).Count == 2, "there are two again", Cancellation);
        await RemoveAllAsync();
        await AssertNoAttachmentIsLeftSinceAsync(census);
    }

    [Theory]
    [InlineData("sbr")]
    [InlineData("tuning")]
    public async Task A_chain_that_configures_the_containers_own_namespace_cannot_be_made_ahead(string plugin)
    {
        var file = Host.PathOf("/etc/cni/net.d/30-inside.conflist");
        await File.WriteAllTextAsync(file, $$"""
            {"cniVersion": "1.0.0", "name": "inside", "plugins": [
              {"type": "bridge", "bridge": "cni7", "ipam": {"type": "host-local", "subnet": "10.97.0.0/24" } }, {"type": "{{plugin}}" }]}
            """, Cancellation);

        var create = await TryDockerAsync(
            "network", "create", "-d", "cni", "--ipam-driver", "null", "-o", "cni.network=inside", "-o", "cni.attach=sandbox", "-o",
            "cni.warm=1", "inside");
        File.Delete(file);

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain($"its plugin {plugin} configures the container's own namespace, which does not exist ahead");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await TryDockerAsync("network", "rm", Network); // Of a test that failed.
    }

    private async Task CreateAsync(int size, bool reuse, bool isReserved = true)
    {
        await DockerAsync(["network", "create", "-d", "cni", .. DirectWarmHost.Options(size, reuse, isReserved), Network]);
        await ReadyAsync(size);
    }

    // The IPAM plugin of an address that was not reserved knows the interface by its first name.
    private async Task RequireCheckedAsync(string container, bool isReserved)
    {
        var check = (await Host.BridgeAsync(["check", container], Cancellation)).EnsureSuccess();
        if (isReserved || FirstInterface == "eth0")
            check.Output.Should().NotContain("skipped");
    }

    private async Task RemoveAllAsync(params string[] containers)
    {
        if (containers.Length > 0)
            await RemoveAsync(containers);

        await DockerAsync("network", "rm", Network);
        await Eventually.TrueAsync(
            _ => Task.FromResult(!Directory.EnumerateFiles(Host.PathOf("/var/lib/cni"), "10.9*", SearchOption.AllDirectories).Any()),
            "every address is released", Cancellation);
    }

    // The first attachment makes the bridge and chains that stay.
    private async Task AssertNoAttachmentIsLeftSinceAsync(HostCensus census)
    {
        var changes = await Host.ChangesSinceAsync(
            census, Eventually.Bound, change => change.StartsWith('+') && (change.Contains("veth") || change.Contains("/netns/")),
            Cancellation);
        string.Join('\n', changes.Where(change => change.StartsWith('+') && !change.Contains("cni0"))).Should().NotContain("veth")
            .And.NotContain("/netns/").And.NotContain("10.90.0");
    }

    private Task ReadyAsync(int count) => WarmView.ReadyAsync(Host, count, Cancellation);

    private async Task<IReadOnlyList<WarmView.Attachment>> WarmAsync() => (await WarmView.OfAsync(Host, Cancellation)).Attachments;
}
