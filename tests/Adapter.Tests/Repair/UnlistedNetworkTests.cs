using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>A dockerd that runs without its data directory for a while lists no network, and has all of them again later.</summary>
[Collection("links of the host")]
public sealed class UnlistedNetworkTests
{
    [Fact]
    public async Task A_network_that_Docker_does_not_list_is_not_counted_and_still_serves_an_endpoint()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromSeconds(3)); // Docker does not list the endpoint either.
        bench.Journal.Networks.Write(
            new NetworkRecord(RepairBench.NetworkId, "pods", IpamMode.Null) { Internal = true, Attach = AttachMode.Sandbox });
        await bench.StartAsync(Cancellation);
        await bench.RepairAsync(dryRun: false);
        (await bench.StatusAsync()).Networks.Should().BeEmpty();

        (await CreateEndpointAsync(bench, RepairBench.NetworkId)).Should().BeNull();

        var record = JsonNode.Parse(await File.ReadAllTextAsync(FileOf(bench), Cancellation))!;
        ((bool)record["Internal"]!).Should().BeTrue();
        (await bench.StatusAsync()).Networks.Should().ContainSingle().Which.Id.Should().Be(RepairBench.NetworkId);
    }

    [Fact]
    public async Task A_network_works_as_before_when_Docker_lists_it_again()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.Zero);
        bench.Journal.Networks.Write(new NetworkRecord(RepairBench.NetworkId, "pods", IpamMode.Null) { Internal = true });
        await bench.StartAsync(Cancellation);
        await bench.RepairAsync(dryRun: false);
        bench.Docker.AddNetwork("pods", "cni", "pods");

        await bench.RepairAsync(dryRun: false);

        (await bench.StatusAsync()).Networks.Should().ContainSingle();
        ((bool)JsonNode.Parse(await File.ReadAllTextAsync(FileOf(bench), Cancellation))!["Internal"]!).Should().BeTrue();
    }

    [Fact]
    public async Task A_network_that_is_removed_while_Docker_does_not_list_it_is_gone()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.Zero);
        bench.Journal.Networks.Write(new NetworkRecord(RepairBench.NetworkId, "pods", IpamMode.Null));
        await bench.StartAsync(Cancellation);
        await bench.RepairAsync(dryRun: false);

        await bench.Daemon.PostAsync("NetworkDriver.DeleteNetwork", $$"""{"NetworkID":"{{RepairBench.NetworkId}}"}""");

        File.Exists(FileOf(bench)).Should().BeFalse();
    }

    [Fact]
    public async Task An_endpoint_on_a_network_without_a_record_waits_until_the_network_is_recorded()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        await bench.StartAsync(Cancellation);
        bench.Docker.AddNetwork("pods", "cni", "pods"); // The background looks when something tells it to.

        (await CreateEndpointAsync(bench, RepairBench.NetworkId)).Should().NotContain("no record of Docker network");

        File.Exists(FileOf(bench)).Should().BeTrue();
    }

    [Fact]
    public async Task A_network_that_Docker_still_lists_during_its_removal_is_not_recorded_again()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromSeconds(5));
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Journal.Networks.Write(new NetworkRecord(RepairBench.NetworkId, "pods", IpamMode.Null));
        await bench.StartAsync(Cancellation);

        await bench.Daemon.PostAsync("NetworkDriver.DeleteNetwork", $$"""{"NetworkID":"{{RepairBench.NetworkId}}"}""");
        var list = bench.Docker.Script.Answers["GET /networks"];
        var isListed = new TaskCompletionSource();
        bench.Docker.Script.Answers["GET /networks"] = async (context, cancellationToken) =>
        {
            await list(context, cancellationToken);
            isListed.TrySetResult();
        };
        var repair = bench.RepairAsync(dryRun: false);
        await isListed.Task;
        bench.Docker.RemoveNetwork("pods");

        (await repair).Findings.Should().NotContain(
            finding => finding.Kind == "unrecorded-network" && finding.State == FindingState.Repaired);
        File.Exists(FileOf(bench)).Should().BeFalse();
    }

    private static string FileOf(RepairBench bench) =>
        Path.Combine(bench.Settings.StateDirectory, "networks", $"{RepairBench.NetworkId}.json");

    // Null: it was made.
    private static async Task<string?> CreateEndpointAsync(RepairBench bench, string networkId)
    {
        var request = JsonSerializer.Serialize(new { NetworkID = networkId, EndpointID = "e5", Interface = new { } });
        var (_, body) = await bench.Daemon.PostAsync("NetworkDriver.CreateEndpoint", request);
        return (string?)JsonNode.Parse(body)!["Err"];
    }
}
