using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>Containers that run while the mounts of their namespaces end: the few tests that would notice first if a test host saw the machine's own.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall", "tuning")]
public sealed class PrivateMountTests(PrivateMountHost engine) : PrivateMountTest(engine), IClassFixture<PrivateMountHost>
{
    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Theory(Timeout = Patience)]
    [InlineData(Network, false)]
    [InlineData(Network, true)]
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
}
