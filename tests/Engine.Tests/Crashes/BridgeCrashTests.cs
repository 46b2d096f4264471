using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// kill -9 of cnm-cni: while containers run, during an ADD, while Docker removes containers, and repeatedly.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class BridgeCrashTests(FragileChainHost engine) : CrashTest(engine)
{
    /// <summary>Whether Docker finds nobody on the socket while cnm-cni is down. True for one of the classes: it costs a minute.</summary>
    protected virtual bool NobodyListens => false;

    [Feature("Nothing is left: cnm-cni killed")]
    [Feature("Containers: go on when cnm-cni is killed")]
    [Fact]
    public async Task Containers_run_on_when_cnm_cni_is_killed_and_are_removed_cleanly_after_its_restart()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("one", "--publish", "8080:80");
        await RunContainerAsync("two");
        var two = await DockerView.OfAsync(Host, "two", Network, Cancellation);

        await Host.Bridge.KillAsync(Cancellation);

        (await ExecAsync("one", "wget", "-qO-", $"http://{two.Address}/")).Should().Be(Page.TrimEnd());
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

        await Host.Bridge.StartAsync(Cancellation);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "two"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "one", "two");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Published ports: are held while cnm-cni is away")]
    [Fact]
    public async Task A_port_is_still_held_after_cnm_cni_was_killed()
    {
        await RunContainerAsync("first", "--publish", "8080:80");
        await Host.Bridge.KillAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);

        var second = await TryDockerAsync("run", "--name", "second", "--network", Network, "--publish", "8080:80", Image, "true");

        second.ExitCode.Should().NotBe(0);
        second.StandardError.Should().Contain("first");
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact]
    [Case(51, "crash matrix", Libcni = "remembers an attachment when ADD has succeeded, so that nobody knows of one that was cut off",
        Ours = "written down before the first plugin runs, and undone at the next start")]
    [Spec("add-then-del", Libcni = "leaves it to its caller",
        Ours = "what was cut off is undone at the next start, and a DEL that fails is repeated")]
    public async Task An_ADD_that_a_kill_interrupted_is_cleaned_up_at_the_next_start()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        Chain.FailAs("hang");
        var run = TryDockerAsync("run", "--name", "guest", "--network", Network, "--publish", "8080:80", Image, "true");
        var store = Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}");
        (await Eventually.IsTrueAsync(
            _ => Task.FromResult(Directory.GetFiles(store, "10.90.*").Length > 0), Cancellation)).Should().BeTrue();

        await Host.Bridge.KillAsync(Cancellation);
        Chain.Work();
        await Host.Bridge.StartAsync(Cancellation);

        (await run).ExitCode.Should().NotBe(0);
        await DockerAsync("rm", "--force", "guest");
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    [Case(51, "crash matrix")]
    [Spec("add-then-del")]
    [Spec("result-stored")]
    public async Task Containers_that_were_removed_while_cnm_cni_was_down_are_cleaned_up_at_its_next_start()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await RemoveWhileDownAsync("web", NobodyListens);

        await RunContainerAsync("next", "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await RemoveAsync("next");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Fact(Timeout = Deadline.Long)]
    [Case(51, "crash matrix")]
    [Spec("add-then-del")]
    public async Task Nothing_is_left_when_cnm_cni_is_killed_repeatedly_while_containers_come_and_go()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");

        async ValueTask ComeAndGo(int number, CancellationToken cancellationToken)
        {
            await TryDockerAsync("run", "--detach", "--name", $"guest{number}", "--network", Network, "--publish", "80", Image);
            await TryDockerAsync("rm", "--force", $"guest{number}");
        }

        var guests =
            Parallel.ForAsync(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Cancellation }, ComeAndGo);
        for (var kill = 0; kill < 5; kill++)
        {
            await Task.WhenAny(guests, Task.Delay(TimeSpan.FromMilliseconds(700 + (130 * kill)), TimeProvider.System, Cancellation));
            await Host.Bridge.KillAsync(Cancellation);
            await Host.Bridge.StartAsync(Cancellation);
        }

        await guests;
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
        await RunContainerAsync("next", "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }
}
