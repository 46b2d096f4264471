using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests;

/// <summary>cnm-cni as a managed plugin of Docker: in a container, with the host's file system as its root directory.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class ManagedPluginTests(ManagedPluginHost engine) : EngineTest(engine), IClassFixture<ManagedPluginHost>
{
    private const string Feature = "In a container: managed plugin (`docker plugin create`)";

    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    private string DaemonFile => Host.PathOf("/etc/docker/daemon.json");

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_and_a_pod_share_a_network_and_ports_are_published_and_nothing_is_left()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");

        await RunContainerAsync("web", "--publish", "8080:80", "--ip", "10.90.0.77");
        var pod = await RunPodAsync("dns");
        var docker = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        docker.Address.Should().StartWith("10.90.0.77");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await (await Host.FromPodAsync(pod, Cancellation)).GetAsync("10.90.0.77", 80, Cancellation)).Should().Be(Page);
        (await (await Host.FromContainerAsync("web", Cancellation)).GetAsync(pod.Ip, 80, Cancellation)).Should().Be(Page);
        (await RunInShellAsync("grep /run/cnm-cni/netns/ /proc/self/mountinfo"))
            .Should().NotBeEmpty("the host sees the plugin's mounts");
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().ContainSingle().Which.ContainerName.Should().Be("web");

        await RunInShellAsync("iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT");
        (await Host.InPluginAsync(engine.PluginId, ["reload"], Cancellation)).EnsureSuccess().StandardOutput
            .Should().Contain("restored web on pods: published port 8080/tcp");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await RemoveAsync("web");
        await pod.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature(Feature)]
    [Fact]
    public async Task Commands_in_its_container_and_on_the_host_know_the_driver_and_the_host()
    {
        var networks = await Host.InPluginAsync(engine.PluginId, ["networks"], Cancellation);
        networks.EnsureSuccess().StandardOutput.Should().MatchRegex($@"{CniNetworks.Name}\s.*{CniNetworks.Subnet}.*{Network}");
        await DockerAsync("network", "rm", Network);

        var created = await Host.InPluginAsync(engine.PluginId, ["networks", "create", CniNetworks.Name], Cancellation);

        created.EnsureSuccess().Output.Should()
            .Contain($"--ipam-driver {TestHost.PluginName}, {CniNetworks.Subnet} via {CniNetworks.Gateway}");
        (await DockerAsync("network", "inspect", "--format", "{{.Driver}} {{.IPAM.Driver}}", Network))
            .Should().Be($"{TestHost.PluginName} {TestHost.PluginName}");

        (await Host.InPluginAsync(engine.PluginId, ["bugreport", "--output", "/run/report.tar.gz"], Cancellation)).EnsureSuccess();
        (await RunInShellAsync("tar -xzOf /run/report.tar.gz --wildcards '*/doctor.json'; rm /run/report.tar.gz"))
            .Should().Contain("\"verdict\"").And.NotContain("not installed as a service");

        await File.WriteAllTextAsync(Host.PathOf("/run/default.yaml"), "", Cancellation);
        (await Host.BridgeAsync(["status", "--config", "/run/default.yaml"], Cancellation)).EnsureSuccess();
        var onHost = await Host.BridgeAsync(["networks", "--config", "/run/default.yaml"], Cancellation);
        onHost.EnsureSuccess().StandardOutput.Should().MatchRegex($@"{CniNetworks.Name}\s.*{CniNetworks.Subnet}.*{Network}");
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_killed_plugin_is_started_again_and_containers_notice_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        var killed = await PidAsync();

        await RunInShellAsync($"kill -KILL {killed}");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Eventually.IsTrueAsync(async _ => await PidAsync() is { } pid && pid != killed, BackgroundPatience, Cancellation))
            .Should().BeTrue();
        await RunContainerAsync("next");
        await RemoveAsync("web", "next");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Containers_come_back_with_dockerd_and_go_on_without_it_with_live_restore()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80", "--restart", "always");
        await Host.Dockerd.StopAsync(Cancellation);
        await File.WriteAllTextAsync(DaemonFile, """{ "live-restore": true }""", Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        var pid = await PidAsync();

        await Host.Dockerd.KillAsync(Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        File.Delete(DaemonFile);
        await Host.Dockerd.StartAsync(Cancellation);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        TestContext.Current.TestOutputHelper?.WriteLine($"plugin: process {pid} before, {await PidAsync()} after");
        await RunContainerAsync("next");
        await RemoveAsync("web", "next");
        await AssertNothingOfContainersIsLeftAsync(census);
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task An_upgrade_of_the_plugin_keeps_containers_and_its_removal_leaves_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await engine.UpgradeAsync(Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().ContainSingle().Which.Addresses.Should().NotBeEmpty();
        await RunContainerAsync("next");
        await RemoveAsync("web", "next");
        await AssertNothingOfContainersIsLeftAsync(census);

        await DockerAsync("network", "rm", Network);
        await Host.RemovePluginAsync(Cancellation);
        var changes = await Host.ChangesSinceAsync(engine.Untouched, Eventually.Bound, IsOfAProgram, Cancellation);
        changes.Where(IsOfAProgram).Should().BeEmpty();
        await engine.InstallAsync(Cancellation);
        await engine.CreateAsync(Cancellation);
    }

    private async Task AssertNothingOfContainersIsLeftAsync(HostCensus census)
    {
        var left = await Host.ChangesSinceAsync(census, BackgroundPatience, IsNotThePluginsOwn, Cancellation);
        left.Where(IsNotThePluginsOwn).Should().BeEmpty();
    }

    // Docker mounts it at a path with the plugin's id, and the upgraded plugin has another. A dockerd that finds the plugin of a killed
    // one running may not mount it again.
    private static bool IsNotThePluginsOwn(string change) => !change.Contains("/propagated-mount", StringComparison.Ordinal);

    // What CNI plugins make once (the bridge, firewall chains) stays.
    private static bool IsOfAProgram(string change) =>
        change.Contains("mount:", StringComparison.Ordinal) || change.Contains("process:", StringComparison.Ordinal)
        || change.Contains("namespace held:", StringComparison.Ordinal) || change.Contains("/run/netns", StringComparison.Ordinal);

    private Task<int?> PidAsync() => Host.PluginPidAsync(Cancellation);
}
