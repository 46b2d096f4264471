using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Tests.Documentation.Json;

namespace Bridge.Adapter.Tests.Cli;

/// <summary><c>inspect</c>, and container ids in place of names.</summary>
public sealed class InspectCommandTests : DaemonCommandTest
{
    private const string ContainerId = "0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d";

    public InspectCommandTests() => Daemon.Answers["POST /Bridge.Inspect"] = Answer(new InspectResponse([Example()]));

    [Fact]
    public async Task An_attachment_is_a_heading_and_a_line_for_each_fact_that_there_is()
    {
        (await RunAsync($"inspect web --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines()[0].Should().Be("web on cni-pods");
        Output.ToString().Should().MatchRegex("\n  chain +bridge, portmap\n").And.MatchRegex("\n  ports +8080->80/tcp\n")
            .And.MatchRegex("\n  clean-up +2 attempts failed; the last: no bridge\n").And.NotContain("\n  domain")
            .And.Contain("\n  configuration:\n    {\n      \"name\": \"pods\"\n    }\n");
    }

    [Fact]
    public async Task Its_JSON_fits_the_schema()
    {
        (await RunAsync($"inspect web --json --config {ConfigFile}", Cancellation)).Should().Be(0);

        JsonSchemas.Require("inspect", Output.ToString());
    }

    [Theory]
    [InlineData(ContainerId, "web")]
    [InlineData("0c9d8e7f6a5b", "web")]
    [InlineData("0c9d8e7f6a5", "0c9d8e7f6a5")]
    [InlineData(EndpointId, EndpointId)]
    [InlineData("web", "web")]
    public async Task A_container_id_means_the_container_that_Docker_has_under_it(string target, string asked)
    {
        await using var docker = new ScriptedSocket();
        docker.Answers["GET /containers/json"] = ScriptedSocket.Json($$"""[{"Id":"{{ContainerId}}","Names":["/web"],"State":"exited"}]""");
        await docker.StartAsync();
        await File.AppendAllTextAsync(ConfigFile, $"dockerSocket: '{docker.Path}'\n", Cancellation);
        Daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([]));

        (await RunAsync($"inspect {target} --config {ConfigFile}", Cancellation)).Should().Be(0);
        (await RunAsync($"check {target} --config {ConfigFile}", Cancellation)).Should().Be(0);

        Daemon.Bodies.Should().HaveCount(2).And.OnlyContain(body => body.Contains($"\"{asked}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_Docker_an_id_is_asked_for_as_it_is()
    {
        await File.AppendAllTextAsync(ConfigFile, "dockerSocket: /nonexistent/docker.sock\n", Cancellation);

        (await RunAsync($"inspect {ContainerId} --config {ConfigFile}", Cancellation)).Should().Be(0);

        Daemon.Bodies.Should().ContainSingle().Which.Should().Contain(ContainerId);
    }

    private static AttachmentDetails Example() => new(
        EndpointId, "web", "joined", "staging", DateTimeOffset.UnixEpoch,
        new DockerNetworkDetails("57c2", "cni-pods", "cni", Internal: false, new Dictionary<string, string> { ["cni.mtu"] = "1400" }),
        new CniDetails(
            "pods", "c1", "/run/cnm-cni/netns/c1", "eth0", new Dictionary<string, string> { ["K8S_POD_NAME"] = "web" }, Json("{}"),
            ["bridge", "portmap"], Json("""{"name":"pods"}"""), Json("""{"cniVersion":"1.0.0"}""")),
        new InterfaceDetails(
            "eth0", "/var/run/docker/netns/1", "veth", "02:00:00:00:00:01", 1400, ["10.88.0.2/16"], ["10.88.0.1"],
            ["default via 10.88.0.1"], [], [], new Dictionary<string, string>()),
        new HostSideDetails("veth1", "cni1", ["cni0", "veth1"]),
        [new PublishedPortStatus(null, 8080, 80, "tcp")],
        new DnsDetails([], null, [], []),
        new Dictionary<string, string> { ["K8S_POD_NAME"] = "web" },
        ["/run/cnm-cni/attachments/1.json"],
        new ReservationDetails("c1", "reserved", ["10.88.0.2/16"]),
        null,
        new CleanupDetails(2, "no bridge", DateTimeOffset.UnixEpoch));

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
