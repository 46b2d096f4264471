using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>The same without reserved addresses, in the sandbox, and for containers that go meanwhile.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountRemovalTests(PrivateMountHost engine) : PrivateMountTest(engine), IClassFixture<PrivateMountHost>
{
    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory(Timeout = Patience)]
    [InlineData(PrivateMountHost.UnreservedNetwork, false)]
    [InlineData(PrivateMountHost.UnreservedNetwork, true)]
    public async Task Without_reserved_addresses_they_are_sound_and_removed_cleanly_too(string network, bool isKilled)
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
}
