using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>--restart always</c> where something is not there yet when dockerd starts its containers: it does that before it answers anybody, and
/// never tries again.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
[Feature("Containers: restart policies")]
public sealed class ComebackTests(ComebackHost engine) : EngineTest(engine), IClassFixture<ComebackHost>
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    private string DockerFile => Host.PathOf("/etc/docker/daemon.json");

    private string CniFile => Host.PathOf($"/etc/cni/net.d/{CniNetworks.FileName}");

    public override async ValueTask DisposeAsync()
    {
        if (File.Exists(DockerFile))
        {
            await Host.Dockerd.StopAsync(CancellationToken.None);
            File.Delete(DockerFile);
        }

        await File.WriteAllTextAsync(CniFile, CniNetworks.StockChain, CancellationToken.None);
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_container_comes_back_after_dockerd_ran_without_its_data_directory()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");

        await Host.Dockerd.StopAsync(Cancellation);
        await File.WriteAllTextAsync(DockerFile, """{ "data-root": "/run/bridge-test/another-disk" }""", Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        (await Eventually.IsTrueAsync(async token => (await StatusView.OfAsync(Host, token)).Networks.Count == 0, BackgroundPatience,
            Cancellation)).Should().BeTrue();
        await Host.Dockerd.StopAsync(Cancellation);
        File.Delete(DockerFile);
        await Host.Dockerd.StartAsync(Cancellation);

        await AssertIsBackAsync();
        await DockerAsync("rm", "--force", "web");
        await RunInShellAsync("rm -rf /run/bridge-test/another-disk");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Fact]
    public async Task A_container_comes_back_after_the_state_of_cnm_cni_was_lost()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");

        await Host.Dockerd.StopAsync(Cancellation);
        await Host.Bridge.StopAsync(Cancellation);
        await RunInShellAsync("rm -rf /var/lib/cnm-cni/* /run/cnm-cni/records/*");
        await Host.Bridge.StartAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);

        await AssertIsBackAsync();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Fact]
    public async Task A_container_comes_back_when_its_CNI_network_is_written_after_dockerd_has_started()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--restart", "always", "--publish", "8080:80");

        await Host.PowerCutAsync(Cancellation);
        File.Delete(CniFile);
        await Host.Containerd.StartAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);
        await Host.Dockerd.StartAsync(Cancellation);
        (await DockerAsync("inspect", "--format", "{{.State.Running}} {{.State.Error}}", "web")).Should().StartWith("false ").And.Contain(
            "pods");
        await File.WriteAllTextAsync(CniFile, CniNetworks.StockChain, Cancellation);

        await AssertIsBackAsync();
        await DockerAsync("rm", "--force", "web");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    private async Task AssertIsBackAsync()
    {
        (await Eventually.IsTrueAsync(
            async _ => await DockerAsync("inspect", "--format", "{{.State.Running}}", "web") == "true", BackgroundPatience, Cancellation))
                .Should().BeTrue();
        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["repair"], Cancellation)).EnsureSuccess();
    }
}
