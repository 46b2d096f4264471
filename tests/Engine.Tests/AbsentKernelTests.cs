using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>
/// Stock plugins whose kernel modules the test machines lack. What runs are scripts under their names: they show what cnm-cni passes to
/// plugins of these names, when, and in which namespace, and nothing about the plugins and modules themselves.
/// </summary>
public sealed class AbsentKernelTests(AbsentKernelHost engine) : EngineTest(engine), IClassFixture<AbsentKernelHost>
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        engine.ForgetRuns();
    }

    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Plugin("ipvlan", "vlan", "dummy", StandIn = true)]
    [Theory]
    [InlineData("ipvlan")]
    [InlineData("vlan")]
    [InlineData("dummy")]
    public async Task The_scripted_stand_in_of_a_main_plugin_runs_ADD_and_DEL(string type)
    {
        await DockerAsync(["run", "--rm", "--network", type, Image, "true"]);
        var census = await Host.CensusAsync(Cancellation);
        engine.ForgetRuns();
        await DockerAsync(["run", "--detach", "--name", "web", "--network", type, Image, .. WebServer]);

        var docker = await DockerView.OfAsync(Host, "web", type, Cancellation);
        var kernel = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
        $"{kernel.Address}/{kernel.PrefixLength}".Should().Be($"{docker.Address}/{docker.PrefixLength}");
        var add = engine.Runs.Should().ContainSingle().Which.Split(' ');
        add[..3].Should().Equal("ADD", type, "eth0");
        add[3].Should().NotBe(await ExecAsync("web", "readlink", "/proc/self/ns/net"), "it runs in a staging namespace");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();

        await RemoveAsync("web");

        engine.Runs.Where(run => run.StartsWith("DEL", StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Should().StartWith($"DEL {type} eth0 {add[3]} there", "the interface has come home");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Networks: `--ipam-driver null`")]
    [Plugin("ipvlan", StandIn = true)]
    [Fact]
    public async Task The_scripted_stand_in_of_ipvlan_gets_no_MAC_with_the_null_IPAM()
    {
        await DockerAsync(["run", "--rm", "--network", "ipvlan", Image, "true"]);

        engine.Runs.Should().NotBeEmpty().And.NotContain(run => run.Contains("MAC=", StringComparison.Ordinal));
    }

    [Feature("Addresses: `--ipam-driver cni` for `ipvlan`",
        Not = "its links share their parent's MAC, and Docker would choose another; `--ipam-driver null` is the way")]
    [Plugin("ipvlan", StandIn = true)]
    [Fact]
    public async Task A_network_of_ipvlan_whose_MAC_Docker_would_choose_is_refused_with_the_command_to_type()
    {
        var create =
            await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", "--ipam-opt", "cni.network=ipvlan", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("share their parent's MAC").And.Contain(
            "docker network create -d cni --ipam-driver null -o cni.network=ipvlan NETWORK");
    }

    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Plugin("vlan", "dummy", StandIn = true)]
    [Theory]
    [InlineData("vlan", "10.95.0.0/24")]
    [InlineData("dummy", "10.96.0.0/24")]
    public async Task The_scripted_stand_in_gets_the_address_that_was_reserved_and_the_MAC_that_Docker_chose(string type, string subnet)
    {
        await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "cni", "--subnet", subnet, "--ipam-opt", $"cni.network={type}",
            "-o", $"cni.network={type}", "reserved");
        try
        {
            await DockerAsync(["run", "--detach", "--name", "web", "--network", "reserved", Image, .. WebServer]);

            var docker = await DockerView.OfAsync(Host, "web", "reserved", Cancellation);
            var kernel = await KernelView.OfAsync(Host, "web", "eth0", Cancellation);
            kernel.Address.Should().Be(docker.Address);
            kernel.Mac.Should().Be(docker.Mac);
            engine.Runs.Should().ContainSingle().Which.Should().Contain($"MAC={docker.Mac}");
        }
        finally
        {
            await TryDockerAsync("rm", "--force", "web");
            await DockerAsync("network", "rm", "reserved");
        }
    }

    [Feature("Plugins for the container's own namespace: `vrf`")]
    [Plugin("vrf", StandIn = true)]
    [Fact]
    public async Task The_scripted_stand_in_of_vrf_runs_ADD_in_the_container_and_DEL_at_Leave()
    {
        await DockerAsync(["run", "--detach", "--name", "web", Image, .. WebServer]);

        await DockerAsync("network", "connect", "vrf", "web");

        var inside = await ExecAsync("web", "readlink", "/proc/self/ns/net");
        await AssertRunsBecomeAsync($"ADD vrf eth1 {inside} there");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        await DockerAsync("network", "disconnect", "vrf", "web");
        await AssertRunsBecomeAsync($"ADD vrf eth1 {inside} there", $"DEL vrf eth1 {inside} there");
        (await ExecAsync("web", "ip", "-o", "link")).Should().NotContain("eth1");
    }

    [Feature("Plugins for the container's own namespace: `vrf`")]
    [Plugin("vrf", StandIn = true)]
    [Fact]
    public async Task The_scripted_stand_in_of_vrf_runs_DEL_when_the_container_is_removed()
    {
        await DockerAsync(["run", "--rm", "--network", "vrf", Image, "true"]);
        var census = await Host.CensusAsync(Cancellation);
        engine.ForgetRuns();
        await DockerAsync(["run", "--detach", "--name", "web", "--network", "vrf", Image, .. WebServer]);
        var inside = await ExecAsync("web", "readlink", "/proc/self/ns/net");
        await AssertRunsBecomeAsync($"ADD vrf eth0 {inside} there");

        await DockerAsync("rm", "--force", "web");

        await AssertRunsBecomeAsync($"ADD vrf eth0 {inside} there", $"DEL vrf eth0 {inside} there");
        await AssertNothingIsLeftSinceAsync(census);
    }

    private IReadOnlyList<string> Changes =>
        [.. engine.Runs.Where(run => !run.StartsWith("CHECK", StringComparison.Ordinal)).Select(run => run.TrimEnd())];

    // Before Docker 28 the arrival is noticed in the background.
    private async Task AssertRunsBecomeAsync(params IReadOnlyList<string> runs)
    {
        await Eventually.IsTrueAsync(_ => Task.FromResult(Changes.Count >= runs.Count), Cancellation);
        Changes.Should().Equal(runs);
    }
}
