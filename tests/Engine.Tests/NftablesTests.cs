using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>
/// The second back end of the stock plugins. It finds its rules again by other marks than the first: by ids alone, where iptables wants
/// addresses too.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class NftablesTests : EngineTest, IClassFixture<NftablesHost>
{
    private const string Masquerade = "Firewall back ends: nftables for masquerade (`ipMasqBackend`)";
    private const string Ports = "Firewall back ends: nftables for published ports (`backend`)";


    public NftablesTests(NftablesHost engine) : base(engine) =>
        Assert.SkipUnless(HasNewPlugins, "plugin: its Debian has stock plugins without this back end");

    [Feature(Masquerade)]
    [Fact]
    public async Task A_container_reaches_the_outside_under_the_address_of_its_host()
    {
        await RunContainerAsync("web");
        var web = await DockerView.OfAsync(Host, "web", Network, Cancellation);
        await using var outside = Host.FromNeighbour.ServePage(80, "outside");

        (await ExecAsync("web", "wget", "-qO-", $"http://{TestHost.NeighbourAddress}/")).Should().Be("outside");
        (await RulesAsync()).Should().ContainMatch($"*saddr*{web.Address}*masquerade*");
        (await RunInShellAsync("iptables-save -t nat")).Should().NotContain(web.Address);

        await RemoveAsync("web");
        (await RulesAsync()).Should().NotContainMatch($"*{web.Address}*");
    }

    [Feature(Ports)]
    [Fact]
    public async Task A_published_port_answers_to_the_host_and_to_another_host_until_the_container_is_removed()
    {
        await RunContainerAsync("web", "--publish", "8080:80", "--publish", "5353:53/udp");
        var inside = await Host.FromContainerAsync("web", Cancellation);
        await using (inside.EchoUdp(53))
        {
            (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
            (await Host.FromHost.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
            (await Host.FromHost.GetAsync("127.0.0.1", 8080, Cancellation)).Should().Be(Page);
            (await Host.FromNeighbour.AskByUdpAsync(TestHost.Address, 5353, "hello", Cancellation)).Should().Be("hello");
            (await RunInShellAsync("iptables-save -t nat")).Should().NotContain("8080");
        }

        await DockerAsync("rm", "--force", "web");

        (await Host.FromNeighbour.CanConnectAsync(TestHost.Address, 8080, Cancellation)).Should().BeFalse();
        (await RulesAsync()).Should().NotContainMatch("*dport*");
    }

    [Feature(Ports)]
    [Feature("True answers: CHECK")]
    [Fact]
    public async Task CHECK_passes_for_a_container_with_ports_and_fails_without_its_rules()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        (await Host.BridgeAsync(["check", "web"], Cancellation)).EnsureSuccess();

        await RunInShellAsync("nft flush table ip cni_hostport");

        (await Host.BridgeAsync(["check", "web"], Cancellation)).ExitCode.Should().Be(1);
    }

    [Feature(Masquerade)]
    [Feature(Ports)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Containers_that_restart_reconnect_and_are_killed_leave_nothing_behind()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await Parallel.ForAsync(
            0, 6, new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Cancellation }, async (number, _) =>
        {
            var name = $"guest{number}";
            await RunContainerAsync(name, "--publish", $"{8100 + number}:80");
            await DockerAsync("restart", "--time", "0", name);
            await DockerAsync("network", "disconnect", Network, name);
            await DockerAsync("network", "connect", Network, name);
            await DockerAsync("kill", name);
            await DockerAsync("rm", "--force", name);
        });

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: cnm-cni killed")]
    [Feature(Ports)]
    [Fact]
    public async Task A_container_that_was_removed_while_cnm_cni_was_down_is_cleaned_up_at_its_next_start()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");

        await RemoveWhileDownAsync("web");

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Nothing is left: the firewall flushed")]
    [Fact]
    public async Task A_container_is_removed_cleanly_after_its_tables_were_deleted()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunInShellAsync("nft delete table inet cni_plugins_masquerade; nft delete table ip cni_hostport");

        await DockerAsync("rm", "--force", "web");

        var changes = await Host.ChangesSinceAsync(census, Eventually.Bound, IsLeftBehind, Cancellation);
        string.Join('\n', changes.Where(IsLeftBehind)).Should().BeEmpty();
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().BeEmpty();
        await RunContainerAsync("next", "--publish", "8080:80");
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
    }

    // Of the plugins' own tables; those of iptables are nftables' too, by the name of the program that made them.
    private async Task<IReadOnlyList<string>> RulesAsync() => (await RunInShellAsync(
        "for table in 'inet cni_plugins_masquerade' 'ip cni_hostport' 'ip6 cni_hostport'; do nft list table $table 2> /dev/null; done; " +
        "true")).Split('\n');
}
