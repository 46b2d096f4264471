using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>Containers on two networks that start by themselves, and that outlive dockerd.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class RestartTests(SeveralNetworksHost engine) : SeveralNetworksTest(engine), IClassFixture<SeveralNetworksHost>
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    private string DaemonFile => Host.PathOf("/etc/docker/daemon.json");

    public override async ValueTask DisposeAsync()
    {
        File.Delete(DaemonFile);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Containers: restart policies")]
    [Fact]
    public async Task A_container_that_crashes_again_and_again_leaves_nothing_behind_and_has_its_networks_each_time()
    {
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync(
            "create", "--name", "crasher", "--network", First, "--publish", "8080:80", "--restart", "on-failure:3", Image, "sh", "-c",
            "ip -o -4 addr show scope global; exit 3");
        await ConnectAsync(Second, "crasher");

        await DockerAsync("start", "crasher");

        await Eventually.IsTrueAsync(
            async _ => await DockerAsync("inspect", "--format", "{{.State.Status}} {{.RestartCount}}", "crasher") == "exited 3",
            Cancellation);
        var seen = (await DockerAsync("logs", "crasher")).Split('\n');
        seen.Where(line => line.Contains("10.90.0.")).Should().HaveCount(4);
        seen.Where(line => line.Contains("10.91.0.")).Should().HaveCount(4);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Containers: restart policies")]
    [Theory(Timeout = Deadline.Long)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_container_that_always_restarts_is_back_on_both_networks_after_dockerd_was_restarted(bool killed)
    {
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web", "--publish", "8080:80", "--restart", "always");
        await ConnectAsync(Second, "web");
        await RunOnAsync(Second, "mortal");

        await (killed ? Host.Dockerd.KillAsync(Cancellation) : Host.Dockerd.StopAsync(Cancellation));
        await Host.Dockerd.StartAsync(Cancellation);

        await AssertIsRunningAsync("web");
        var (first, second, inside) = (await ViewAsync("web", First), await ViewAsync("web", Second), await InsideAsync("web"));
        inside.Interfaces.Values.Should().BeEquivalentTo(first.Address, second.Address);
        await AssertPublishesAsync("web", First);
        await AssertPassesCheckAsync("web");
        await DockerAsync("start", "mortal");
        (await ExecAsync("mortal", "wget", "-qO-", $"http://{second.Address}/")).Should().Be(Page.TrimEnd());
        await DockerAsync("rm", "--force", "web", "mortal");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    // Docker's calls got an error, and Docker does not repeat them.
    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_that_ended_while_cnm_cni_was_down_starts_at_once_with_the_port_that_it_had()
    {
        await CreateNetworkAsync(SeveralNetworksHost.Dual, "both", "--ipam", "null");
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(Third, "web", "--publish", "8080:80");
        await RunOnAsync("both", "twin", "--publish", "8081:80");

        await Host.Bridge.KillAsync(Cancellation);
        await using (Host.RefuseDriverCalls())
            await DockerAsync("kill", "web", "twin");

        await Host.Bridge.StartAsync(Cancellation);
        await DockerAsync("start", "web", "twin");

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8081, Cancellation)).Should().Be(Page);
        (await Host.FromNeighbour.GetAsync(SeveralNetworksHost.Address6, 8081, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web", "twin");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Containers: `live-restore`")]
    [Theory(Timeout = Deadline.Long)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_container_goes_on_while_dockerd_is_restarted_with_live_restore_and_is_stopped_cleanly_afterwards(bool killed)
    {
        await File.WriteAllTextAsync(DaemonFile, """{ "live-restore": true }""", Cancellation);
        await RestartDockerAsync();
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(Second, "web", "--publish", "8080:80");
        await ConnectAsync(Third, "web");
        var (before, third) = (await ViewAsync("web", Second), await ViewAsync("web", Third));

        await (killed ? Host.Dockerd.KillAsync(Cancellation) : Host.Dockerd.StopAsync(Cancellation));
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await Host.Dockerd.StartAsync(Cancellation);

        (await ViewAsync("web", Second)).Should().Be(before);
        (await ViewAsync("web", Third)).Should().Be(third);
        await AssertInterfacesAsync("web", Second, Third);
        await AssertPublishesAsync("web", Second);
        await AssertPassesCheckAsync("web", skipped: 1);

        // Docker takes up where it was: what comes and goes now does so as before.
        await ConnectAsync(First, "web");
        await AssertInterfacesAsync("web", Second, Third, First);
        await AssertPublishesAsync("web", First);
        await DisconnectAsync(First, "web");
        await AssertPublishesAsync("web", Second);

        await DockerAsync("stop", "web");
        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        await DockerAsync("rm", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Containers: `live-restore`")]
    [Feature("Nothing is left: dockerd killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_that_ended_while_dockerd_was_down_leaves_nothing_behind()
    {
        await File.WriteAllTextAsync(DaemonFile, """{ "live-restore": true }""", Cancellation);
        await RestartDockerAsync();
        var census = await Host.CensusAsync(Cancellation);
        await RunOnAsync(First, "web", "--publish", "8080:80");
        await ConnectAsync(Third, "web");
        var process = await DockerAsync("inspect", "--format", "{{.State.Pid}}", "web");

        await Host.Dockerd.StopAsync(Cancellation);
        (await Host.RunAsync(["kill", "-KILL", process], Cancellation)).EnsureSuccess();
        await Host.Dockerd.StartAsync(Cancellation);
        await DockerAsync("rm", "--force", "web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        (await StatusView.OfAsync(Host, Cancellation)).Endpoints.Should().BeEmpty();
    }

    private async Task RestartDockerAsync()
    {
        await Host.Dockerd.StopAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
    }

    private async Task AssertIsRunningAsync(string container)
    {
        var running = await Eventually.IsTrueAsync(
            async _ => await DockerAsync("inspect", "--format", "{{.State.Running}}", container) == "true", Cancellation);
        running.Should().BeTrue();
    }
}
