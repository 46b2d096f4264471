using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>The same without reserved addresses, attached in the sandbox, and for containers that are removed meanwhile.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountRemovalTests(PrivateMountHost engine) : PrivateMountTest(engine), IClassFixture<PrivateMountHost>
{
    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory]
    [InlineData(PrivateMountHost.UnreservedNetwork, false)]
    [InlineData(PrivateMountHost.UnreservedNetwork, true)]
    public Task Containers_without_reserved_addresses_work_and_are_removed_cleanly(string network, bool isKilled) =>
        RequireSoundAsync(network, isKilled);

    [Feature("Nothing is left: cnm-cni killed")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Containers_attached_in_the_sandbox_work_and_are_removed_cleanly(bool isKilled)
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
    public async Task A_container_that_is_removed_while_cnm_cni_and_its_mounts_are_gone_leaves_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await RemoveWhileDownAsync("web");

        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }
}
