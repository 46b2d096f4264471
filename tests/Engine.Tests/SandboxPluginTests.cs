using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>The setting <c>sandboxPlugins</c>: a plugin of somebody else runs in the container's own namespace, when the interface has arrived there.</summary>
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
    public async Task It_runs_in_the_containers_namespace_and_is_undone_there()
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
    public async Task It_is_told_the_name_that_Docker_gave_the_interface()
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
    public async Task Where_the_start_can_still_be_stopped_its_failure_stops_it_and_leaves_nothing()
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

    [Feature("Plugins for the container's own namespace: a failure stops the start", Not = "before Docker 28 the container starts without asking again; `cnm-cni status` shows the failure")]
    [Fact]
    public async Task Where_the_start_cannot_be_stopped_any_more_the_container_runs_and_status_shows_the_problem()
    {
        Assert.SkipWhen(Host.Engine >= EngineVersion.V28, "engine: from Docker 28 on the start can still be stopped");
        var census = await CensusAfterOneContainerAsync();
        engine.Fails = true;

        await RunContainerAsync("web");

        (await Eventually.IsTrueAsync(
            async token => (await Host.BridgeAsync(["status"], token)).Output.Contains("the gate is locked", StringComparison.Ordinal), Cancellation)).Should().BeTrue();
        (await Host.BridgeAsync(["status"], Cancellation)).Output.Should().Contain(SandboxPluginHost.Plugin).And.Contain("web");
        (await DockerAsync("inspect", "--format", "{{.State.Running}}", "web")).Should().Be("true");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Plugins for the container's own namespace: as a first plugin, without `-o cni.attach=sandbox`", Not = "it makes the interface, so it cannot wait for it; the command to type is told")]
    [Fact]
    public async Task As_a_first_plugin_it_needs_a_network_that_is_attached_in_the_sandbox()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={CniNetworks.SecondName}", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain(SandboxPluginHost.Plugin)
            .And.Contain($"docker network create -d cni --ipam-driver null -o cni.network={CniNetworks.SecondName} -o cni.attach=sandbox NETWORK");
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
