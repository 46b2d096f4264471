using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>kill -9 of dockerd, alone and together with cnm-cni, and a regular restart.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class DockerCrashTests(FragileChainHost engine) : CrashTest(engine)
{
    /// <summary>
    /// Whether dockerd is killed and not restarted regularly before containers come back. It then starts them before it answers whether it
    /// still has the endpoints of before, and sends no calls for those, where addresses are not reserved.
    /// </summary>
    protected virtual bool ComesBackFromKill => false;

    // Shorter than repair.interval.
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(8);

    [Feature("Nothing is left: dockerd killed")]
    [Fact]
    public async Task Nothing_is_left_of_containers_that_were_removed_after_dockerd_was_killed()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("one", "--publish", "8080:80");
        await RunContainerAsync("two");

        await Host.Dockerd.KillAsync(Cancellation);
        (await Eventually.IsTrueAsync(SaysThatDockerIsDownAsync, AnswerPatience, Cancellation))
            .Should().BeTrue("status must not wait for the next pass of repair");
        await Host.Dockerd.StartAsync(Cancellation);
        await DockerAsync("rm", "--force", "one", "two");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        await RunContainerAsync("next", "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Nothing is left: dockerd killed")]
    [Fact]
    public async Task Nothing_is_left_when_cnm_cni_and_dockerd_were_killed_together()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await Task.WhenAll(Host.Dockerd.KillAsync(Cancellation), Host.Bridge.KillAsync(Cancellation));
        await Host.Bridge.StartAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        await DockerAsync("rm", "--force", "web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Containers: restart policies")]
    [Fact]
    public async Task Containers_come_back_with_dockerd_and_their_ports_and_leave_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80", "--restart", "always");

        await (ComesBackFromKill ? Host.Dockerd.KillAsync(Cancellation) : Host.Dockerd.StopAsync(Cancellation));
        await Host.Dockerd.StartAsync(Cancellation);

        await Eventually.TrueAsync(PublishesAsync, "the port answers", Cancellation);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census);
    }

    private async Task<bool> PublishesAsync(CancellationToken cancellationToken) =>
        await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, cancellationToken);

    private async Task<bool> SaysThatDockerIsDownAsync(CancellationToken cancellationToken) =>
        (await Host.BridgeAsync(["status", "--exit-code"], cancellationToken)) is { ExitCode: 1 } status
            && status.Output.StartsWith("To look at: Docker does not answer", StringComparison.Ordinal);
}
