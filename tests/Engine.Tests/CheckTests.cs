using System.Text.Json;
using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests;

/// <summary>What <c>cnm-cni check</c> says of containers that nothing is wrong with, and of one that was changed from inside.</summary>
[Plugin("bridge", "ptp", "host-local", "portmap", "tuning")]
public sealed class CheckTests(ShippedShapesHost engine) : EngineTest(engine), IClassFixture<ShippedShapesHost>
{
    [Feature("True answers: CHECK")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Check_passes_on_a_healthy_host_whichever_plugins_have_no_CHECK()
    {
        string[] networks = [.. ShippedShapesHost.WithoutCheck, ShippedShapesHost.Bare, ShippedShapesHost.Flat];
        foreach (var network in networks)
            await DockerAsync("run", "--detach", "--name", network, "--network", network, Image, "sleep", "1000");

        // As a container would that comes later and has a lower MAC.
        await RunInShellAsync("ip link add lowest type veth peer name other && ip link set lowest address 02:00:00:00:00:01 master brflat");
        var check = await Host.BridgeAsync(["check", "--json"], Cancellation);
        await RunInShellAsync("ip link delete lowest");

        check.ExitCode.Should().Be(0, check.Output);
        using var json = JsonDocument.Parse(check.StandardOutput);
        var results = json.RootElement.GetProperty("results").EnumerateArray()
            .ToDictionary(result => result.GetProperty("containerName").GetString()!,
                result => (Outcome: result.GetProperty("outcome").GetString(), Message: result.GetProperty("message").GetString()));
        results.Keys.Should().BeEquivalentTo(networks);
        foreach (var network in ShippedShapesHost.WithoutCheck)
            results[network].Should().Be(("skipped", "no plugin was asked: cniVersion 0.3.1 has no CHECK, which needs 0.4.0 or later"));

        results[ShippedShapesHost.Bare].Outcome.Should().Be("skipped");
        results[ShippedShapesHost.Bare].Message.Should().Contain("a known fault of plugin bridge");
        results[ShippedShapesHost.Flat].Outcome.Should().Be("passed", "tuning was asked");
        results[ShippedShapesHost.Flat].Message.Should().Contain("lowest MAC of its ports");
        (await Host.BridgeAsync(["check", "flat"], Cancellation)).ExitCode.Should().Be(0);
    }

    [Feature("True answers: CHECK")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Check_fails_for_an_interface_whose_MAC_the_container_changed()
    {
        await DockerAsync(
            "run", "--detach", "--cap-add", "NET_ADMIN", "--name", "changed", "--network", ShippedShapesHost.Flat, Image, "sleep", "1000");
        (await Host.BridgeAsync(["check", "changed"], Cancellation)).ExitCode.Should().Be(0);

        await DockerAsync("exec", "changed", "ip", "link", "set", "eth0", "address", "02:00:00:00:00:99");
        var check = await Host.BridgeAsync(["check", "changed"], Cancellation);

        check.ExitCode.Should().Be(1);
        check.Output.Should().Contain("failed").And.Contain("given another MAC");
    }
}
