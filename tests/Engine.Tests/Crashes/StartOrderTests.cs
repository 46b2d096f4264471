using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>After a power cut: dockerd starts before cnm-cni, with its socket or without it.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class StartOrderTests(FragileChainHost engine) : CrashTest(engine)
{
    // Docker is in the middle of its start by then.
    private static readonly TimeSpan BridgeIsLate = TimeSpan.FromSeconds(3);

    public override async ValueTask DisposeAsync()
    {
        await Host.ActivatedBridge.StopAsync(CancellationToken.None);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Containers: restart policies")]
    [Feature("Nothing is left: power cut")]
    [Fact]
    public async Task Docker_that_starts_first_waits_on_the_socket_and_its_containers_come_back()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");
        var earlier = await RememberedAsync();
        earlier.Should().HaveCountGreaterThanOrEqualTo(2);

        await Host.PowerCutAsync(Cancellation);
        await Host.Containerd.StartAsync(Cancellation);
        await Host.ActivatedBridge.StartAsync(Cancellation);
        var docker = Host.Dockerd.StartAsync(Cancellation);
        await Task.Delay(BridgeIsLate, TimeProvider.System, Cancellation);
        await Host.ActivateBridgeAsync(Cancellation);
        await docker;

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Eventually.IsTrueAsync(async _ => !(await RememberedAsync()).Intersect(earlier).Any(), BackgroundPatience, Cancellation))
            .Should().BeTrue();
        (await RememberedAsync()).Should().HaveCount(earlier.Count);
        await DockerAsync("rm", "--force", "web");
        (await Eventually.IsTrueAsync(async _ => (await RememberedAsync()).Count == 0, BackgroundPatience, Cancellation)).Should().BeTrue();
        await Host.ActivatedBridge.StopAsync(Cancellation);
        File.Exists(Host.PathOf("/run/docker/plugins/cni.sock")).Should().BeTrue();
        await Host.Bridge.StartAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Containers: restart policies")]
    [Feature("Nothing is left: power cut")]
    [Fact(Timeout = Deadline.Long)]
    public async Task When_Docker_found_no_socket_cnm_cni_starts_its_containers_as_soon_as_it_runs()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");
        var earlier = await RememberedAsync();

        await Host.PowerCutAsync(Cancellation);
        await Host.Containerd.StartAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        (await DockerAsync("inspect", "--format", "{{.State.Running}}", "web")).Should().Be("false");
        await Host.Bridge.StartAsync(Cancellation);
        (await Eventually.IsTrueAsync(async _ => !(await RememberedAsync()).Intersect(earlier).Any(), BackgroundPatience, Cancellation))
            .Should().BeTrue();
        (await Eventually.IsTrueAsync(
            async _ => await DockerAsync("inspect", "--format", "{{.State.Running}}", "web") == "true", BackgroundPatience, Cancellation))
            .Should().BeTrue();

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    // Addresses in the store of host-local with their owners, and the records of cnm-cni.
    private async Task<IReadOnlyList<string>> RememberedAsync() => (await RunInShellAsync($$"""
        cd /var/lib/cni/networks/{{CniNetworks.Name}} && for file in $(ls | grep '^10[.]'); do echo "$file $(head -n 1 "$file")"; done
        find /var/lib/cnm-cni/attachments /var/lib/cnm-cni/reservations /run/cnm-cni/records -type f
        """)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
