using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests;

/// <summary>Networks with <c>cni.attach=sandbox</c>: the chain runs in the container's own namespace, and no interface travels.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
[Long]
public sealed class DirectAttachTests(DirectAttachHost engine) : DirectAttachTest(engine), IClassFixture<DirectAttachHost>
{
    private const string Unreserved = DirectAttachHost.UnreservedNetwork;

    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): `docker run`", Since = "28.0")]
    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Fact]
    public async Task With_a_reserved_address_Docker_the_kernel_and_the_CNI_result_agree()
    {
        await AttachAsync("web", Network);

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", FirstInterface, Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);

        var address = $"{docker.Address}/{docker.PrefixLength}";
        $"{kernel.Address}/{kernel.PrefixLength}".Should().Be(address);
        ((string)bridge.Result!["ips"]![0]!["address"]!).Should().Be(address);
        kernel.Mac.Should().Be(docker.Mac);
        bridge.Mac.Should().Be(docker.Mac);
        bridge.Mtu.Should().Be(kernel.Mtu);
        docker.Gateway.Should().Be(CniNetworks.Gateway);
        kernel.Routes.Where(route => route.StartsWith("default", StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Should().StartWith($"default via {CniNetworks.Gateway} dev {FirstInterface}");
        (await Host.FromHost.GetAsync(docker.Address, 80, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): `docker run`", Since = "28.0")]
    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): with `--ipam-driver null`")]
    [Fact]
    public async Task With_the_null_IPAM_the_kernel_and_the_CNI_result_agree_and_Docker_knows_no_address()
    {
        await AttachAsync("web", Unreserved);

        var docker = await DockerView.OfAsync(Host, "web", Unreserved, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", FirstInterface, Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);

        docker.Address.Should().BeEmpty();
        bridge.Addresses.Should().Equal($"{kernel.Address}/{kernel.PrefixLength}");
        ((string)bridge.Result!["ips"]![0]!["address"]!).Should().Be($"{kernel.Address}/{kernel.PrefixLength}");
        bridge.Mac.Should().Be(kernel.Mac);
        kernel.Gateway.Should().Be(DirectAttachHost.UnreservedGateway);
        (await Host.FromHost.GetAsync(kernel.Address, 80, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): `docker run`",
        Not = "before Docker 28 the sandbox is made after the driver is asked; `docker network connect` works")]
    [Fact]
    public async Task On_engines_that_make_the_sandbox_late_docker_run_is_refused_and_leaves_nothing()
    {
        Assert.SkipWhen(StartsInSandbox, "engine: from Docker 28 on the sandbox is there in time");
        var census = await CensusAfterOneAsync();

        foreach (var network in (string[])[Network, Unreserved])
        {
            var run = await TryDockerAsync("run", "--name", "late", "--network", network, Image, "true");

            run.ExitCode.Should().NotBe(0);
            run.StandardError.Should().Contain("cni.attach=sandbox").And.Contain("Docker 28").And.Contain("docker network connect");
            await DockerAsync("rm", "late");
        }

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): `docker network connect`")]
    [Fact]
    public async Task Interfaces_get_the_lowest_free_name_as_Docker_would_name_them()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", Network, "web");
        await DockerAsync("network", "connect", Unreserved, "web");
        (await AddressInsideAsync("web", "eth1")).Should().StartWith("10.90.0.");
        (await AddressInsideAsync("web", "eth2")).Should().StartWith("10.91.0.");

        await DockerAsync("network", "disconnect", Network, "web");
        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
        await DockerAsync("network", "connect", Network, "web");

        (await AddressInsideAsync("web", "eth1")).Should().StartWith("10.90.0.");
        (await ExecAsync("web", "ip", "route")).Split('\n').Where(route => route.StartsWith("default", StringComparison.Ordinal))
            .Should().ContainSingle();
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): together with networks whose interface Docker moves")]
    [Fact]
    public async Task A_network_whose_interface_Docker_would_give_the_same_name_is_refused_with_what_to_do()
    {
        await CensusAfterOneAsync(); // What both chains make once and keep is there from now on.
        await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", "cni.network=second", "moved");
        try
        {
            await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
            await DockerAsync("network", "connect", Network, "web");
            var census = await Host.CensusAsync(Cancellation);

            var refused = await TryDockerAsync("network", "connect", "moved", "web");

            refused.ExitCode.Should().NotBe(0);
            refused.StandardError.Should().Contain("eth1").And.Contain("com.docker.network.endpoint.ifname");
            await AssertNothingIsLeftSinceAsync(census);
            await DockerAsync("network", "disconnect", Network, "web");
            await DockerAsync("network", "connect", "--driver-opt", "com.docker.network.endpoint.ifname=lan0", Network, "web");
            await DockerAsync("network", "connect", "moved", "web");
            (await ExecAsync("web", "ip", "-o", "addr")).Should().Contain("lan0").And.Contain("10.91.0.");
        }
        finally
        {
            await DockerAsync("rm", "--force", "web");
            await DockerAsync("network", "rm", "moved");
        }
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): the interface's name (`com.docker.network.endpoint.ifname`)")]
    [Fact]
    public async Task An_interface_has_the_requested_name()
    {
        var census = await CensusAfterOneAsync();
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);

        await DockerAsync("network", "connect", "--driver-opt", "com.docker.network.endpoint.ifname=lan0", Network, "web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await AddressInsideAsync("web", "lan0")).Should().Be($"{docker.Address}/{docker.PrefixLength}");
        (await ExecAsync("web", "ip", "route")).Should().Contain($"default via {CniNetworks.Gateway} dev lan0");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): published ports")]
    [Theory]
    [InlineData(Network)]
    [InlineData(Unreserved)]
    public async Task Ports_are_published_and_withdrawn(string network)
    {
        var census = await CensusAfterOneAsync("--publish", "80");

        await AttachAsync("web", network, "--publish", "8080:80");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
    }

    [Feature("Endpoint options: sysctls of the endpoint")]
    [Fact]
    public async Task Sysctls_of_the_endpoint_are_set_on_its_interface()
    {
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);

        await DockerAsync("network", "connect", "--driver-opt", "com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1",
            Network, "web");

        (await ExecAsync("web", "cat", "/proc/sys/net/ipv4/conf/eth1/log_martians")).Should().Be("1");
        (await ExecAsync("web", "cat", "/proc/sys/net/ipv4/conf/eth0/log_martians")).Should().Be("0");
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory]
    [InlineData(Network)]
    [InlineData(Unreserved)]
    public async Task Nothing_is_left_after_a_live_disconnect(string network)
    {
        var census = await CensusAfterOneAsync("--publish", "80");
        await DockerAsync(["run", "--detach", "--name", "web", "--publish", "8080:80", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", network, "web");
        (await ExecAsync("web", "ip", "route")).Should().Contain("dev eth1");

        await DockerAsync("network", "disconnect", network, "web");

        // Before 28 Docker may make the internal network the gateway now; that is between the two.
        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
        (await ExecAsync("web", "ip", "route")).Should().NotContain("eth1").And.NotContain("10.9");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory]
    [InlineData(Network)]
    [InlineData(Unreserved)]
    public async Task Nothing_is_left_after_kill_9_of_the_container(string network)
    {
        var census = await CensusAfterOneAsync("--publish", "80");
        await AttachAsync("web", network, "--publish", "8080:80");
        var pid = await DockerAsync("inspect", "--format", "{{.State.Pid}}", "web");

        (await Host.RunAsync(["kill", "-9", pid], Cancellation)).EnsureSuccess();

        await DockerAsync("wait", "web");
        await DockerAsync("rm", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory]
    [InlineData(Network)]
    [InlineData(Unreserved)]
    public async Task Containers_run_on_when_cnm_cni_is_killed_and_are_removed_cleanly_after_its_restart(string network)
    {
        var census = await CensusAfterOneAsync("--publish", "80");
        await AttachAsync("web", network, "--publish", "8080:80");

        await Host.Bridge.KillAsync(Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await Host.Bridge.StartAsync(Cancellation);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): nothing is left")]
    [Theory(Timeout = Deadline.Long)]
    [InlineData(Network)]
    [InlineData(Unreserved)]
    public async Task Containers_that_were_removed_while_cnm_cni_was_down_are_cleaned_up_at_its_next_start(string network)
    {
        var census = await CensusAfterOneAsync("--publish", "80");
        await AttachAsync("web", network, "--publish", "8080:80");

        await RemoveWhileDownAsync("web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Attached in the sandbox (`-o cni.attach=sandbox`): restart")]
    [Fact]
    public async Task A_container_that_is_restarted_is_attached_again()
    {
        Assert.SkipUnless(StartsInSandbox, "engine: before Docker 28 the sandbox of a restarted container is made too late");
        await AttachAsync("web", Network, "--publish", "8080:80");

        await DockerAsync("restart", "web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await AddressInsideAsync("web", "eth0")).Should().Be($"{docker.Address}/{docker.PrefixLength}");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    private async Task<HostCensus> CensusAfterOneAsync(params IEnumerable<string> options)
    {
        foreach (var network in (string[])[Network, Unreserved])
        {
            await AttachAsync("first", network, options);
            await DockerAsync("rm", "--force", "first");
        }

        return await Host.CensusAsync(Cancellation);
    }
}
