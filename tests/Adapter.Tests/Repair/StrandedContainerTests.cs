using System.Text.Json.Nodes;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Tests.Docker;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>What Docker gave up at its start, because the driver could not know a network yet, is started when it can.</summary>
[Collection("links of the host")]
public sealed class StrandedContainerTests
{
    private const string Promise = "Containers with a restart policy are started by themselves as soon as it is there.";

    [Theory]
    [InlineData("always", "failed to set up container networking: plugin \"cni\" not found", true)]
    [InlineData("unless-stopped", "plugin \"cni\" not found", true)]
    [InlineData("no", "plugin \"cni\" not found", false)]
    [InlineData("always", "plugin \"other\" not found", false)]
    public async Task A_container_that_Docker_gave_up_before_cnm_cni_ran_is_started_once(string policy, string error, bool isStarted)
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        AddGivenUp(bench, policy, error);
        await bench.StartAsync(Cancellation);

        await Eventually.TrueAsync(
            () => bench.Docker.Script.Questions.Contains("GET /containers/c1/json"), "it looks for those that were given up");
        await bench.RepairAsync(dryRun: false);
        await bench.RepairAsync(dryRun: false);

        bench.Docker.Script.Questions.Count(question => question == "POST /containers/c1/start").Should().Be(isStarted ? 1 : 0);
    }

    [Theory]
    [InlineData("always", Promise, true)]
    [InlineData("unless-stopped", Promise, true)]
    [InlineData("no", Promise, false)]
    [InlineData("always", "OCI runtime create failed", false)]
    public async Task A_container_that_could_not_start_without_its_network_is_started_as_its_restart_policy_demands(
        string policy, string error, bool isStarted)
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        bench.Docker.AddNetwork("pods", "cni", "pods");
        AddGivenUp(bench, policy, error);
        await bench.StartAsync(Cancellation);

        (await bench.Daemon.PostAsync("NetworkDriver.CreateEndpoint", """{"NetworkID":"n9","EndpointID":"e9","Interface":{}}""")).Body
            .Should().Contain(Promise);
        await Eventually.TrueAsync(
            () => bench.Docker.Script.Questions.Contains("GET /containers/c1/json"), "it looks for those that were refused");
        await bench.RepairAsync(dryRun: false);

        bench.Docker.Script.Questions.Any(question => question == "POST /containers/c1/start").Should().Be(isStarted);
        (await bench.RepairAsync(dryRun: false)).Findings.Should().NotContain(finding => finding.State == FindingState.Failed);
    }

    private static void AddGivenUp(RepairBench bench, string policy, string error)
    {
        bench.Docker.Script.Answers["GET /containers/json"] = ScriptedSocket.Json("""[{"Id":"c1","Names":["/web"],"State":"exited"}]""");
        bench.Docker.Script.Answers["GET /containers/c1/json"] = ScriptedSocket.Json(
            new JsonObject { ["Id"] = "c1", ["Name"] = "/web", ["State"] = new JsonObject { ["Error"] = error },
                ["HostConfig"] = new JsonObject { ["RestartPolicy"] = new JsonObject { ["Name"] = policy } } }.ToJsonString());
        bench.Docker.Script.Answers["POST /containers/c1/start"] = ScriptedSocket.Json("", 204);
    }
}
