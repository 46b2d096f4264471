using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>kill -9 of the IPAM plugin between the two steps in which it assigns an address.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class KilledIpamTests(KilledIpamHost engine) : EngineTest(engine), IClassFixture<KilledIpamHost>
{
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    private bool IsLeft => File.Exists(Host.PathOf($"{KilledIpamHost.Store}/{KilledIpamHost.Address}"));

    [Feature("Nothing is left: the IPAM plugin killed")]
    [Theory]
    [InlineData(Network)]
    [InlineData(KilledIpamHost.Unreservedly)]
    public async Task An_address_without_an_owner_is_free_again_when_the_plugin_was_killed(string network)
    {
        var census = await CensusAfterRunAsync(network);
        engine.KillNext();

        var run = await TryDockerAsync("run", "--name", "guest", "--network", network, Image, "true");

        run.ExitCode.Should().NotBe(0);
        await DockerAsync("rm", "guest");
        await AssertNothingIsLeftSinceAsync(census);
        await DockerAsync("run", "--rm", "--network", network, Image, "true");
    }

    [Feature("Nothing is left: the IPAM plugin killed")]
    [Feature("Nothing is left: cnm-cni killed")]
    [Theory]
    [InlineData(Network)]
    [InlineData(KilledIpamHost.Unreservedly)]
    public async Task An_address_without_an_owner_is_free_again_when_cnm_cni_was_killed_with_the_plugin(string network)
    {
        var census = await CensusAfterRunAsync(network);
        engine.KillNext(besides: Host.Bridge.Pid.ToString(CultureInfo.InvariantCulture));
        var run = TryDockerAsync("run", "--name", "guest", "--network", network, Image, "true");
        await Eventually.TrueAsync(_ => Task.FromResult(!Host.Bridge.IsRunning), "cnm-cni is killed", Cancellation);
        IsLeft.Should().BeTrue();

        await Host.Bridge.StartAsync(Cancellation);

        await run;
        await DockerAsync("rm", "--force", "guest");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    [Feature("Nothing is left: the IPAM plugin killed")]
    [Fact]
    public async Task An_empty_file_that_keeps_an_address_out_of_use_stays()
    {
        var kept = Host.PathOf($"{KilledIpamHost.Store}/10.90.0.99");
        await CensusAfterRunAsync(Network);
        await File.WriteAllTextAsync(kept, "", Cancellation);
        File.SetLastWriteTimeUtc(kept, File.GetLastWriteTimeUtc(kept).AddMinutes(-10));
        engine.KillNext();

        await TryDockerAsync("run", "--rm", "--network", Network, Image, "true");

        IsLeft.Should().BeFalse();
        File.Exists(kept).Should().BeTrue();
        File.Delete(kept);
    }

    private async Task<HostCensus> CensusAfterRunAsync(string network)
    {
        IsLeft.Should().BeFalse();
        await DockerAsync("run", "--rm", "--network", network, Image, "true");
        return await Host.CensusAsync(Cancellation);
    }
}
