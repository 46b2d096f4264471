using Bridge.Adapter.Control;
using Bridge.Adapter.Reload;

namespace Bridge.Adapter.Tests.Cli;

/// <summary><c>cnm-cni reload</c>.</summary>
public sealed class ReloadCommandTests : DaemonCommandTest
{
    [Theory]
    [InlineData("reload", "Complete", 0, "Nothing is missing for 1 attachment.")]
    [InlineData("reload web", "Restored", 0, "restored web on pods: bridge cni0")]
    [InlineData("reload", "Skipped", 0, "skipped web on pods: bridge cni0")]
    [InlineData("reload", "Failed", 1, "failed web on pods: bridge cni0")]
    [InlineData("reload --dry-run", "WouldBeRestored", 1, "would be restored web on pods: bridge cni0")]
    public async Task Reload_succeeds_when_nothing_is_missing_any_more(string command, string outcome, int exitCode, string line)
    {
        Daemon.Answers["POST /Bridge.Reload"] = Answer(new ReloadResponse(
            [new ReloadResult(EndpointId, "web", "pods", Enum.Parse<ReloadOutcome>(outcome),
                outcome == "Complete" ? [] : [new MissingPartStatus(HostPart.Bridge, "bridge cni0")], null)], []));

        (await RunAsync($"{command} --config {ConfigFile}", Cancellation)).Should().Be(exitCode);

        Lines().Should().Equal(line);
        Daemon.Bodies.Should().ContainSingle().Which.Should()
            .Contain(command.EndsWith("web", StringComparison.Ordinal) ? "\"web\"" : "\"targets\": []")
            .And.Contain(command.EndsWith("dry-run", StringComparison.Ordinal) ? "true" : "false");
    }

    [Fact]
    public async Task What_only_others_can_put_back_is_a_note_and_an_unknown_name_a_failure()
    {
        Daemon.Answers["POST /Bridge.Reload"] = Answer(new ReloadResponse(
            [new ReloadResult("nobody", null, null, ReloadOutcome.Failed, [], "no attachment\nhas this name")], ["Restart dockerd."]));

        (await RunAsync($"reload nobody --config {ConfigFile}", Cancellation)).Should().Be(1);

        Lines().Should().Equal("failed nobody: no attachment has this name", "note: Restart dockerd.");
    }

    [Fact]
    public async Task Without_containers_it_says_so_and_as_JSON_it_has_the_parts_by_name()
    {
        Daemon.Answers["POST /Bridge.Reload"] = Answer(new ReloadResponse([], []));
        (await RunAsync($"reload --config {ConfigFile}", Cancellation)).Should().Be(0);
        Daemon.Answers["POST /Bridge.Reload"] = Answer(new ReloadResponse(
            [new ReloadResult(EndpointId, "web", "pods", ReloadOutcome.WouldBeRestored,
                [new MissingPartStatus(HostPart.PublishedPorts, "published port 80/tcp")], null)], []));
        (await RunAsync($"reload --json --config {ConfigFile}", Cancellation)).Should().Be(1);

        Lines()[0].Should().Be("No container is attached.");
        Output.ToString().Should().Contain("\"outcome\": \"would-be-restored\"").And.Contain("\"part\": \"published-ports\"");
    }
}
