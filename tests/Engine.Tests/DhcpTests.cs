using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Leases;

namespace Bridge.Engine.Tests;

/// <summary>Addresses leased from a DHCP server on the network, through the stock plugin and its daemon.</summary>
[Plugin("macvlan", "dhcp")]
public sealed class DhcpTests(LeasedHost engine) : DirectAttachTest(engine), IClassFixture<LeasedHost>
{
    [Feature("dhcp: leases are renewed and given back")]
    [Feature("dhcp: `docker run`", Since = "28.0")]
    [Fact]
    public async Task A_lease_is_obtained_renewed_and_released()
    {
        var census = await CensusAfterOneLeaseAsync();
        await AttachAsync("web", Network);
        var address = await AddressInsideAsync("web", FirstInterface);
        var ip = address.Split('/')[0];
        (await engine.Server.LeasedAsync(Cancellation)).Should().Contain(ip);
        var grants = engine.Server.GrantsOf(ip);

        await Task.Delay(LeaseServer.LeaseTime * 1.5, TimeProvider.System, Cancellation);

        engine.Server.GrantsOf(ip).Should().BeGreaterThan(grants, "the lease was renewed");
        (await engine.Server.LeasedAsync(Cancellation)).Should().Contain(ip);
        (await AddressInsideAsync("web", FirstInterface)).Should().Be(address);
        (await Host.FromNeighbour.GetAsync(ip, 80, Cancellation)).Should().Be(Page);

        await DockerAsync("rm", "--force", "web");

        await AssertIsGivenBackAsync(ip, FirstInterface);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("dhcp: status and CHECK")]
    [Fact]
    [Case(54, "dhcp-hang")]
    public async Task Status_shows_the_leased_address_and_CHECK_passes_without_another_lease()
    {
        await AttachAsync("web", Network);
        var leases = engine.Client.Log.Split("acquiring lease").Length;

        var endpoint = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(endpoint.EndpointId).Addresses.Should().Equal(
            await AddressInsideAsync("web", FirstInterface));
        endpoint.Address.Should().BeEmpty("Docker asks for it before there is one");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        engine.Client.Log.Split("acquiring lease").Should().HaveCount(leases, "CHECK of older versions of the plugin takes another");
    }

    [Feature("dhcp: leases are renewed and given back")]
    [Fact]
    public async Task A_lease_is_given_back_when_the_container_is_disconnected()
    {
        var census = await CensusAfterOneLeaseAsync();
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await DockerAsync("network", "connect", Network, "web");
        var ip = (await AddressInsideAsync("web", "eth1")).Split('/')[0];

        await DockerAsync("network", "disconnect", Network, "web");

        await AssertIsGivenBackAsync(ip, "eth1");
        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Failures: a plugin's own words reach the prompt, and ADD is undone")]
    [Fact]
    public async Task Without_the_dhcp_daemon_docker_run_fails_with_the_plugins_error_and_leaves_nothing()
    {
        await StopClientAsync();
        await engine.Client.StartAsync(Cancellation);
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync(["run", "--detach", "--name", "web", "--network", InternalNetwork, Image, .. WebServer]);
        await StopClientAsync();
        try
        {
            var connect = await TryDockerAsync("network", "connect", Network, "web");

            connect.ExitCode.Should().NotBe(0);
            connect.StandardError.Should().Contain("dhcp").And.Contain("/run/cni/dhcp.sock");
        }
        finally
        {
            await engine.Client.StartAsync(Cancellation);
        }

        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("dhcp: `docker run`", Not = "before Docker 28 the sandbox is made after the driver is asked; `docker network connect` works")]
    [Fact]
    public async Task On_engines_that_make_the_sandbox_late_docker_run_is_refused_with_the_required_version()
    {
        Assert.SkipWhen(StartsInSandbox, "engine: from Docker 28 on the sandbox is there in time");

        var run = await TryDockerAsync("run", "--name", "web", "--network", Network, Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().Contain("Docker 28").And.Contain("docker network connect");
    }

    [Feature("dhcp: without `-o cni.attach=sandbox`", Not = "nobody would renew the lease; the command to type is told")]
    [Theory]
    [InlineData("cni")]
    [InlineData("null")]
    public async Task A_network_that_would_let_the_lease_run_out_is_refused_with_the_command_to_type(string ipam)
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", ipam, "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("dhcp").And.Contain(
            "docker network create -d cni --ipam-driver null -o cni.network=pods -o cni.attach=sandbox NETWORK");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    [Feature("dhcp: `cnm-cni networks create` makes the right network")]
    [Fact]
    public async Task Networks_create_makes_the_right_network_by_itself()
    {
        var created = (await Host.BridgeAsync(["networks", "create", Network, "--name", "right"], Cancellation)).EnsureSuccess().Output;
        try
        {
            created.Should().Contain("--ipam-driver null").And.Contain("cni.attach=sandbox");
            await AttachAsync("web", "right");
            (await Host.FromNeighbour.GetAsync((await AddressInsideAsync("web", FirstInterface)).Split('/')[0], 80, Cancellation))
                .Should().Be(Page);
        }
        finally
        {
            await TryDockerAsync("rm", "--force", "web");
            await DockerAsync("network", "rm", "right");
        }
    }

    // The plugin's daemon keeps a namespace open that it has had to do with.
    private async Task<HostCensus> CensusAfterOneLeaseAsync()
    {
        await AttachAsync("first", Network);
        await DockerAsync("rm", "--force", "first");
        return await Host.CensusAsync(Cancellation);
    }

    private async Task StopClientAsync()
    {
        await engine.Client.StopAsync(Cancellation);
        File.Delete(Host.PathOf("/run/cni/dhcp.sock"));
    }

    // Plugins 1.9 send RELEASE from 0.0.0.0 to the server's own address, which a kernel drops as a martian on its way to a server like this
    // one: there the lease ends because it is not renewed.
    private async Task AssertIsGivenBackAsync(string ip, string ifname)
    {
        var within = Host.Engine >= EngineVersion.V28 ? LeaseServer.LeaseTime * 1.5 : LeaseServer.LeaseTime / 4;
        engine.Client.Log.Split('\n').Should().Contain(
            line => line.EndsWith($"/{CniNetworks.Name}/{ifname}: releasing lease", StringComparison.Ordinal));
        (await Eventually.IsTrueAsync(async token => !(await engine.Server.LeasedAsync(token)).Contains(ip), within, Cancellation))
            .Should().BeTrue("the lease has been given back.\n--- udhcpd ---\n{0}--- dhcp ---\n{1}", engine.Server.Log, engine.Client.Log);
    }
}
