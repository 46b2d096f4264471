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
            async _ => (await StatesAsync()).Count(state => state == "ready") >= 2, "half are ready",
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_requested_address_that_a_new_one_takes_first_is_requested_again()
    {
        Networks.WriteReserve(add: "store=$(dirname $0)/../store; ! rmdir $store/10.77.0.taken 2>/dev/null || "
            + "{ rmdir $store/10.77.0.$number; echo '{\"code\":100,\"msg\":\"requested IP address is not available\"}'; exit 1; }");
        await CreateAsync(Reserved, warm: 2);
        await ReadyAsync(2);
        var address = (string)(await WarmAsync())[0]!["addresses"]![0]!;
        Directory.CreateDirectory(Path.Combine(Networks.Plugins, "..", "store", "10.77.0.taken"));

        (await RequestAddressAsync(address.Split('/')[0])).Should().Be(address);
    }
}
