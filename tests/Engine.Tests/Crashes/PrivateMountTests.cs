using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// A service manager that makes the file system read-only gives the bridge a mount namespace of its own. The netns paths that plugins know are mounts, and end with the process.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountTests(PrivateMountHost engine) : DirectAttachTest(engine), IClassFixture<PrivateMountHost>
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory(Timeout = Patience)]
    [InlineData(Network, false)]
    [InlineData(Network, true)]
    [InlineData(PrivateMountHost.UnreservedNetwork, false)]
    [InlineData(PrivateMountHost.UnreservedNetwork, true)]
    public async Task Containers_are_sound_and_removed_cleanly_when_the_bridges_mounts_went_with_it(string network, bool isKilled)
    {
        await DockerAsync(["run", "--rm", "--network", network, "--publish", "80", Image, "true"]);
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync(["run", "--detach", "--name", "web", "--network", network, "--publish", "8080:80", Image, .. WebServer]);
        await DockerAsync(["run", "--detach", "--name", "unpublished", "--network", network, Image, .. WebServer]); // portmap's CHECK looks for IPv6 chains that it has not made.
        (await MountsAsync()).Should().BeEmpty();

        await RestartAsync(isKilled);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "unpublished"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "web", "unpublished");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_are_those_that_are_attached_in_the_sandbox(bool isKilled)
    {
        await AttachAsync("first", PrivateMountHost.DirectNetwork);
        await DockerAsync("rm", "--force", "first");
        var census = await Host.CensusAsync(Cancellation);
        await AttachAsync("web", PrivateMountHost.DirectNetwork);

        await RestartAsync(isKilled);

        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Patience)]
    public async Task A_container_that_goes_while_the_bridge_and_its_mounts_are_away_leaves_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await Host.Bridge.KillAsync(Cancellation);
        await TryDockerAsync("rm", "--force", "web");
        await Host.Bridge.StartAsync(Cancellation);

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    // In the host, where nothing of the bridge's is to be seen.
    private Task<string> MountsAsync() => RunInShellAsync("grep -F /run/cnm-cni/netns/ /proc/self/mountinfo || true");

    private async Task RestartAsync(bool isKilled)
    {
        await (isKilled ? Host.Bridge.KillAsync(Cancellation) : Host.Bridge.StopAsync(Cancellation));
        await Host.Bridge.StartAsync(Cancellation);
    }
}
