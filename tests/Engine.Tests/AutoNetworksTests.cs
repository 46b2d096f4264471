using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>Setting <c>autoNetworks</c>: <c>docker run --network NAME</c> with no create at all.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class AutoNetworksTests(AutoNetworksHost engine) : EngineTest(engine), IClassFixture<AutoNetworksHost>
{
    /// <summary>Background work is done within this time.</summary>
    private static readonly TimeSpan Soon = Eventually.Bound;

    private string SecondFile => Host.PathOf($"/etc/cni/net.d/{CniNetworks.SecondFileName}");

    public override async ValueTask DisposeAsync()
    {
        File.Delete(SecondFile);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Networks: `autoNetworks`: a Docker network for every CNI network")]
    [Fact]
    public async Task A_container_runs_on_a_network_that_nobody_created()
    {
        await HasNetworkAsync(CniNetworks.Name);

        await DockerAsync("run", "--rm", "--network", CniNetworks.Name, Image, "ping", "-c", "1", "-W", "2", CniNetworks.Gateway);
    }

    [Feature("Networks: `autoNetworks`: a Docker network for every CNI network")]
    [Fact]
    public async Task A_new_CNI_network_gets_a_Docker_network_which_is_removed_with_it()
    {
        await File.WriteAllTextAsync(SecondFile, CniNetworks.SecondStockChain, Cancellation);
        await HasNetworkAsync(CniNetworks.SecondName);

        File.Delete(SecondFile);

        await HasNetworkAsync(CniNetworks.SecondName, there: false);
        await HasNetworkAsync(CniNetworks.Name);
    }

    [Feature("Networks: `autoNetworks`: a Docker network for every CNI network")]
    [Fact]
    public async Task A_network_that_is_removed_by_hand_comes_back()
    {
        await HasNetworkAsync(CniNetworks.Name);
        var id = await IdAsync(CniNetworks.Name);

        await DockerAsync("network", "rm", CniNetworks.Name);

        (await Eventually.IsTrueAsync(
            async _ => await IdAsync(CniNetworks.Name) is { Length: > 0 } other && other != id, Soon, Cancellation)).Should().BeTrue();
    }

    [Feature("Networks: `autoNetworks`: a Docker network for every CNI network")]
    [Fact]
    public async Task A_network_that_a_stopped_container_needs_stays_when_its_CNI_network_goes()
    {
        await File.WriteAllTextAsync(SecondFile, CniNetworks.SecondStockChain, Cancellation);
        await HasNetworkAsync(CniNetworks.SecondName);
        await DockerAsync("create", "--name", "later", "--network", CniNetworks.SecondName, Image, "true");

        File.Delete(SecondFile);
        await Task.Delay(TimeSpan.FromSeconds(4), Cancellation); // More than the grace.

        (await IdAsync(CniNetworks.SecondName)).Should().NotBeEmpty();
        await DockerAsync("rm", "later");
        await DockerAsync("network", "rm", CniNetworks.SecondName);
    }

    [Feature("Networks: `autoNetworks`: a Docker network for every CNI network")]
    [Fact]
    public async Task Networks_are_created_again_after_dockerd_lost_them()
    {
        await HasNetworkAsync(CniNetworks.Name);
        await Host.Dockerd.KillAsync(Cancellation);
        File.Delete(Host.PathOf("/var/lib/docker/network/files/local-kv.db"));

        await Host.Dockerd.StartAsync(Cancellation);

        await HasNetworkAsync(CniNetworks.Name);
    }

    private Task<string> IdAsync(string network) => DockerAsync("network", "ls", "--quiet", "--filter", $"name=^{network}$");

    private async Task HasNetworkAsync(string network, bool there = true) =>
        (await Eventually.IsTrueAsync(async _ => (await IdAsync(network)).Length > 0 == there, Soon, Cancellation)).Should().BeTrue(
            $"{network} should {(there ? "" : "not ")}be there\n{Host.Logs}");
}
