using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// A power cut: nothing runs any more, /run and the firewall are empty, the journal and the addresses on the disk are as they were.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class PowerCutTests(FragileChainHost engine) : CrashTest(engine)
{
    [Feature("Containers: restart policies")]
    [Feature("Nothing is left: power cut")]
    [Fact]
    public async Task A_container_that_always_restarts_is_back_after_a_power_cut_and_the_earlier_boot_leaves_nothing()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");

        await Host.PowerCycleAsync(Cancellation);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }
}
