using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>
/// The setting <c>sandboxPlugins</c>: a third-party plugin runs in the container's own namespace, when the interface has arrived
/// there.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class SandboxPluginTests(SandboxPluginHost engine) : EngineTest(engine), IClassFixture<SandboxPluginHost>
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        engine.Fails = false;
        engine.ForgetRuns();
    }

    public override async ValueTask DisposeAsync()
    {
        engine.Fails = false;
        await base.DisposeAsync();
    }

    [Feature("Plugins for the container's own namespace: third-party ones (`sandboxPlugins`)")]
    [Fact]
    public async Task The_plugin_runs_ADD_and_DEL_in_the_containers_namespace()
    {
        await RunContainerAsync("web");
        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var inside = $"eth0 {await NamespaceOfAsync("web")} {docker.Address}/{docker.PrefixLength}";
        await AssertRunsBecomeAsync($"ADD {inside}");

        await DockerAsync("stop", "web");

        engine.Runs.Should().Equal($"ADD {inside}", $"DEL {inside}");
    }

    [Feature("Plugins for the container's own namespace: third-party ones (`sandboxPlugins`)")]
    [Fact]
    public async Task The_plugin_gets_the_interface_name_of_Docker()
    {
        await DockerAsync(["run", "--detach", "--name", "web", Image, .. WebServer]);

        await DockerAsync("network", "connect", Network, "web");

        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        var inside = $"eth1 {await NamespaceOfAsync("web")} {docker.Address}/{docker.PrefixLength}";
        await AssertRunsBecomeAsync($"ADD {inside}");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        await DockerAsync("network", "disconnect", Network, "web");
        engine.Runs.Should().Equal($"ADD {inside}", $"DEL {inside}");
    }

    [Feature("Plugins for the container's own namespace: a failure stops the start")]
    [Fact]
    public async Task A_failure_that_can_still_stop_the_container_start_stops_it_and_leaves_nothing()
    {
        RequireEngine(EngineVersion.V28, "a call of the driver after the interface has arrived");
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        engine.Fails = true;

        var run = await TryDockerAsync("run", "--name", "web", "--network", Network, "--publish", "8080:80", Image, "true");

        run.ExitCode.Should().NotBe(0);
        run.StandardError.Should().ContainAll(CniNetworks.Name, SandboxPluginHost.Plugin, "the gate is locked", "ask the keeper", "118");
        await DockerAsync("rm", "web");
        await AssertNothingIsLeftSinceAsync(census);
        engine.Fails = false;
        await RunContainerAsync("next", "--publish", "8080:80");
    }

    [Feature("Plugins for the container's own namespace: a failure stops the start",
        Not = "before Docker 28 the container starts without asking again; `cnm-cni status` shows the failure")]
    [Fact]
    public async Task After_a_failure_that_comes_too_late_the_container_runs_and_status_shows_the_problem()
    {
        Assert.SkipWhen(Host.Engine >= EngineVersion.V28, "engine: from Docker 28 on the start can still be stopped");
        var census = await CensusAfterOneContainerAsync();
        engine.Fails = true;

        await RunContainerAsync("web");

        (await Eventually.IsTrueAsync(
            async token => (await Host.BridgeAsync(["status"], token)).Output.Contains("the gate is locked", StringComparison.Ordinal),
            Cancellation)).Should().BeTrue();
        (await Host.BridgeAsync(["status"], Cancellation)).Output.Should().Contain(SandboxPluginHost.Plugin).And.Contain("web");
        (await DockerAsync("inspect", "--format", "{{.State.Running}}", "web")).Should().Be("true");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Plugins for the container's own namespace: as a first plugin, without `-o cni.attach=sandbox`",
        Not = "it makes the interface, so it cannot wait for it; the command to type is told")]
    [Fact]
    public async Task A_plugin_of_the_sandbox_that_is_first_in_the_chain_needs_a_network_attached_in_the_sandbox()
    {
        var create =
            await TryDockerAsync(
                "network", "create", "-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={CniNetworks.SecondName}", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain(SandboxPluginHost.Plugin)
            .And.Contain(
                $"docker network create -d cni --ipam-driver null -o cni.network={CniNetworks.SecondName} -o cni.attach=sandbox NETWORK");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    private Task<string> NamespaceOfAsync(string container) => ExecAsync(container, "readlink", "/proc/self/ns/net");

    // Before Docker 28 the arrival is noticed in the background.
    private async Task AssertRunsBecomeAsync(params IEnumerable<string> runs)
    {
        await Eventually.IsTrueAsync(_ => Task.FromResult(engine.Runs.Count >= runs.Count()), Cancellation);
        engine.Runs.Should().Equal(runs);
    }
}
