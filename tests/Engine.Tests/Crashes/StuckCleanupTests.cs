using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>A clean-up that does not succeed, beside everything else.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class StuckCleanupTests(FragileChainHost engine) : CrashTest(engine)
{
    [Feature("Failures: a DEL that fails is shown and repeated")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Other_containers_come_and_go_during_a_failing_clean_up_which_keeps_only_its_address()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        var stuck = await GetStuckAsync();

        await RunContainerAsync("next", "--publish", "8081:80");
        var next = await DockerView.OfAsync(Host, "next", Network, Cancellation);
        next.Address.Should().NotBe(stuck.Address);
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8081, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "next");
        await AssertCleanupsFailAsync(2);

        Chain.Work();
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        await RunContainerAsync("heir", "--publish", "8080:80");
    }

    [Feature("Failures: a DEL that fails is shown and repeated")]
    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_failing_clean_up_survives_a_kill_of_cnm_cni_and_ends_when_the_plugin_works_again()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await GetStuckAsync();
        var before = await AttemptsAsync();

        await Host.Bridge.KillAsync(Cancellation);
        Chain.FailAs("late-error-at-DEL"); // The new process tries again at once, and repair comes meanwhile.
        await Host.Bridge.StartAsync(Cancellation);

        (await AttemptsAsync()).Should().BeGreaterThanOrEqualTo(before);
        var repair = await Host.BridgeAsync(["repair"], Cancellation);
        repair.ExitCode.Should().Be(1);
        repair.Output.Should().ContainAll("failed pending-cleanup", "the quarry is shut");
        Chain.Work();
        (await Host.BridgeAsync(["repair"], Cancellation)).EnsureSuccess();
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Failures: a DEL that fails is shown and repeated")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_failing_clean_up_can_be_abandoned_and_its_address_and_port_are_released()
    {
        await CensusAfterOneContainerAsync("--publish", "80");
        var stuck = await GetStuckAsync();

        var forgotten = (await Host.BridgeAsync(["repair", "--forget", stuck.EndpointId[..12]], Cancellation)).EnsureSuccess();

        forgotten.Output.Should().ContainAll("DEL of bridge", "the quarry is shut", "stays until you remove it");
        Chain.Work();
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().BeEmpty();
        File.Exists(Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}/{stuck.Address}")).Should().BeFalse();
        await RunContainerAsync("heir", "--publish", "8080:80");
    }

    /// <summary>A container that is gone, and whose last plugin fails DEL.</summary>
    private async Task<DockerView> GetStuckAsync()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        var view = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        Chain.FailAs("error-at-DEL");
        await DockerAsync("rm", "--force", "web");
        await AssertCleanupsFailAsync(1);
        return view;
    }

    // The first attempt ends after Docker's answer.
    private async Task AssertCleanupsFailAsync(int count)
    {
        await Eventually.IsTrueAsync(
            async token => (await StatusView.OfAsync(Host, token)).PendingCleanups.Count == count, Cancellation);
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().HaveCount(count);
    }

    private async Task<int> AttemptsAsync() =>
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().ContainSingle().Subject.Attempts;
}
