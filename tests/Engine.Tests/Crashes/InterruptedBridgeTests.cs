using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// bridge finds its masquerade rules by the addresses of a link that its own DEL has removed (plugins plugins/main/bridge).
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class InterruptedBridgeTests(InterruptedBridgeHost engine) : EngineTest(engine), IClassFixture<InterruptedBridgeHost>
{
    public override async ValueTask DisposeAsync()
    {
        engine.Work();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Nothing is left: a plugin takes the interface away")]
    [Theory]
    [InlineData(Network)]
    [InlineData(InterruptedBridgeHost.Unreservedly)]
    [InlineData(InterruptedBridgeHost.Inside)]
    public async Task The_rules_of_an_ADD_without_an_answer_go_although_an_interrupted_DEL_took_the_link(string network)
    {
        Assert.SkipWhen(
            Host.Engine < EngineVersion.V28 && network == InterruptedBridgeHost.Inside,
            "engine: before Docker 28 the sandbox is made after the driver is asked; `docker network connect` works");
        await DockerAsync("run", "--rm", "--network", network, Image, "true");
        await Host.SettleAsync(Cancellation);
        var census = await Host.CensusAsync(Cancellation);
        engine.Interrupt();

        (await TryDockerAsync("run", "--rm", "--network", network, Image, "true")).StandardError.Should().Contain("the quarry is shut");
        engine.Work();

        await AssertNothingIsLeftSinceAsync(census);
    }
}
