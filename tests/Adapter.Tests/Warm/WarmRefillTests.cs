using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Warm;

/// <summary>When new attachments are made in place of those that containers have taken.</summary>
[Collection("links of the host")]
public sealed class WarmRefillTests : WarmTest
{
    private protected override AdapterSettings Change(AdapterSettings settings) =>
        base.Change(settings) with { Warm = new WarmSettings { RefillPause = TimeSpan.FromMinutes(2) } };

    [Fact]
    public async Task New_ones_are_made_while_containers_start_only_when_fewer_than_half_are_ready()
    {
        await CreateAsync(Reserved, warm: 4);
        await ReadyAsync(4);

        await StartReservedAsync("e1");
        await StartReservedAsync("e2");
        (await StatesAsync()).Should().Equal("ready", "ready");
        await StartReservedAsync("e3");

        await Eventually.TrueAsync(
            async _ => (await StatesAsync()).Count(state => state == "ready") >= 2, "half are ready", TestContext.Current.CancellationToken);
    }
}
