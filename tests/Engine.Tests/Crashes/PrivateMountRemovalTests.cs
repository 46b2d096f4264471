using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>The same without reserved addresses, in the sandbox, and for containers that go meanwhile.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountRemovalTests(PrivateMountHost engine) : PrivateMountTest(engine), IClassFixture<PrivateMountHost>
{
    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory]
    [InlineData(PrivateMountHost.UnreservedNetwork, false)]
    [InlineData(PrivateMountHost.UnreservedNetwork, true)]
    public Task Without_reserved_addresses_they_are_sound_and_removed_cleanly_too(string network, bool isKilled) => RequireSoundAsync(network, isKilled);

    [Feature("Nothing is left: cnm-cni killed")]
    [Theory]
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
    [Fact]
    public async Task A_container_that_goes_while_the_bridge_and_its_mounts_are_away_leaves_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await RemoveWhileDownAsync("web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }
}
