using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>The other commands that ask the daemon: <c>check</c>, <c>repair</c> and <c>metrics</c>.</summary>
public sealed class DaemonCommandsTests : DaemonCommandTest
{
    [Theory]
    [InlineData("", "repair", "Repaired", 0)]
    [InlineData("", "repair", "Failed", 1)]
    [InlineData("", "repair", "Reported", 1)]
    [InlineData("", "repair", "Waiting", 1)]
    [InlineData("", "repair --dry-run", "WouldBeRepaired", 1)]
    [InlineData("Docker does not answer", "repair", "Repaired", 1)]
    public async Task Repair_succeeds_when_nothing_remains(string problem, string command, string state, int exitCode)
    {
        Daemon.Answers["POST /Bridge.Repair"] = Answer(new RepairResponse(
            [new FindingStatus(
                "lost-link", "e2", "container web", "its interface is\n gone.", Enum.Parse<FindingState>(state), "Restart it.")],
            problem.Length > 0 ? [problem] : []));

        (await RunAsync($"{command} --config {ConfigFile}", Cancellation)).Should().Be(exitCode);

        Lines()[0].Should().NotContain("..");
        Daemon.Bodies.Should().ContainSingle().Which.Should().Contain(
            command.EndsWith("--dry-run", StringComparison.Ordinal) ? "true" : "false");
        Lines()[0].Should().EndWith(" lost-link: container web: its interface is gone. Restart it.");
    }

    [Fact]
    public async Task Repair_with_forget_lists_what_is_abandoned()
    {
        Daemon.Answers["POST /Bridge.Forget"] =
            Answer(new ForgetResponse("container web", ["DEL of bridge did not succeed.", "Host ports 80/tcp are free again."]));

        (await RunAsync($"repair --forget web --config {ConfigFile}", Cancellation)).Should().Be(0);

        Daemon.Bodies.Should().ContainSingle().Which.Should().Contain("\"web\"");
        Lines().Should().Equal("Forgotten: container web", "  DEL of bridge did not succeed.", "  Host ports 80/tcp are free again.");
    }

    [Fact]
    public async Task Settle_needs_no_time_out()
    {
        Daemon.Answers["POST /Bridge.Settle"] = Answer(new SettleResponse([]));

        (await RunAsync($"settle --config {ConfigFile}", Cancellation)).Should().Be(0);
        (await RunAsync($"settle --config {ConfigFile} --timeout", Cancellation)).Should().Be(2);
        (await RunAsync($"settle --config {ConfigFile} --timeout soon", Cancellation)).Should().Be(2);

        Daemon.Bodies.Should().ContainSingle().Which.Should().Contain("60");
        Lines().Should().Equal("Nothing is pending.");
    }

    [Fact]
    public async Task Forget_and_dry_run_exclude_each_other() =>
        (await RunAsync($"repair --dry-run --forget web --config {ConfigFile}", Cancellation)).Should().Be(2);

    [Fact]
    public async Task Without_the_daemon_metrics_prints_cnm_cni_up_0()
    {
        await File.WriteAllTextAsync(ConfigFile, "socket: /nonexistent/cni.sock\n", Cancellation);

        (await RunAsync($"metrics --config {ConfigFile}", Cancellation)).Should().Be(1);

        Lines().Should().EndWith("cnm_cni_up 0");
        Error.ToString().Should().Contain("not running");
    }

    [Fact]
    public async Task Check_passes_its_targets_on_and_fails_when_a_plugin_fails()
    {
        Daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([
            new CheckResult(EndpointId, "web", CheckOutcome.Passed, null),
            new CheckResult("e2", "db", CheckOutcome.Failed, "plugin \"bridge\" failed CHECK: no address"),
            new CheckResult("e3", null, CheckOutcome.Skipped, "not joined")]));

        (await RunAsync($"check web e2 e3 --config {ConfigFile}", Cancellation)).Should().Be(1);

        Daemon.Bodies.Should().ContainSingle().Which.Should().Match("*\"targets\"*\"web\"*\"e2\"*\"e3\"*");
        Lines().Should().Equal(
            "CONTAINER  ENDPOINT      OUTCOME  MESSAGE",
            "web        e11f2b7c3c7a  passed   -",
            "db         e2            failed   plugin \"bridge\" failed CHECK: no address",
            "-          e3            skipped  not joined");
    }

    [Fact]
    public async Task Check_succeeds_when_all_pass_or_are_skipped()
    {
        Daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([new CheckResult("e3", null, CheckOutcome.Skipped, "not joined")]));

        (await RunAsync($"check --json --config {ConfigFile}", Cancellation)).Should().Be(0);

        Output.ToString().Should().Contain("\"skipped\"");
    }

    [Fact]
    public async Task An_error_of_the_daemon_is_quoted()
    {
        Daemon.Answers["POST /Bridge.Check"] = ScriptedSocket.Json("""{"Err":"there is no attachment \"db\""}""", 404);

        (await RunAsync($"check db --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Be("there is no attachment \"db\"\n");
    }
}
