using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>Containers that run on without dockerd (<c>live-restore</c>) and without cnm-cni: both resume them.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class LiveRestoreTests(FragileChainHost engine) : CrashTest(engine)
{
    /// <summary>More than what is needed to call something an orphan: the host's grace is five seconds, its interval two.</summary>
    private const int Rounds = 5;

    private string DaemonFile => Host.PathOf("/etc/docker/daemon.json");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(DaemonFile)!);
        await File.WriteAllTextAsync(DaemonFile, """{ "live-restore": true }""", Cancellation);
        await RestartDockerAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        File.Delete(DaemonFile);
        await base.DisposeAsync();
        await RestartDockerAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Containers: `live-restore`")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Feature("Nothing is left: dockerd killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_container_runs_on_while_dockerd_and_cnm_cni_are_down_and_both_resume_it()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        var before = await DockerView.OfAsync(Host, "web", Network, Cancellation);

        await Host.Dockerd.KillAsync(Cancellation);
        await AssertAnswersAsync();
        await Host.Bridge.KillAsync(Cancellation);
        await AssertAnswersAsync();
        await Host.Bridge.StartAsync(Cancellation);
        await AssertAnswersAsync();
        await Host.Dockerd.StartAsync(Cancellation);
        await AssertAnswersAsync();
        await BackgroundLooksAsync(Rounds);

        await AssertAnswersAsync();
        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Should().Be(before);
        var bridge = await StatusView.OfAsync(Host, Cancellation);
        bridge.Endpoints.Should().ContainSingle().Which.ContainerName.Should().Be("web");
        bridge.PendingCleanups.Should().BeEmpty();
        await AssertIsCheckedAsync();
        (await Host.BridgeAsync(["repair"], Cancellation)).EnsureSuccess().Output.Should().Be("Nothing to repair.");
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    private async Task AssertAnswersAsync() => (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

    private async Task AssertIsCheckedAsync()
    {
        var check = await Host.BridgeAsync(["check", "web"], Cancellation);
        if (!check.Succeeded)
        {
            // portmap 1.1.1 misses rules of IPv6 for containers that have IPv4 alone, and publish something.
            check.Output.Should().Contain("could not check ipv6 dnat");
            HasNewPlugins.Should().BeFalse();
        }
    }

    private async Task RestartDockerAsync()
    {
        await Host.Dockerd.StopAsync(CancellationToken.None);
        await Host.Dockerd.StartAsync(CancellationToken.None);
    }

    private async Task BackgroundLooksAsync(int times)
    {
        var before = await ThoroughLooksAsync(Cancellation);
        (await Eventually.IsTrueAsync(async token => await ThoroughLooksAsync(token) >= before + times, BackgroundPatience, Cancellation))
            .Should().BeTrue();
    }

    private async Task<int> ThoroughLooksAsync(CancellationToken cancellationToken)
    {
        const string Name = "cnm_cni_repair_passes_total{kind=\"thorough\"} ";
        var metrics = (await Host.BridgeAsync(["metrics"], cancellationToken)).EnsureSuccess().StandardOutput;
        return metrics.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            ? int.Parse(line[Name.Length..], CultureInfo.InvariantCulture)
            : 0;
    }
}
