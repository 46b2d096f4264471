using System.CommandLine;
using System.Text.Json;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Control;
using Bridge.Adapter.Neighbours;
using Bridge.Adapter.Pods;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cli;

public sealed class CommandLineTests : IAsyncLifetime
{
    private const int Deadline = 120_000;
    private const string EndpointId = "e11f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e";

    private readonly ScriptedSocket daemon = new();
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cli-");
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private AdapterSettings? served;

    private string ConfigFile => Path.Combine(directory.FullName, "config.yaml");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(ConfigFile, $"socket: '{daemon.Path}'\n");
        await daemon.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await daemon.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact(Timeout = Deadline)]
    public async Task Status_shows_networks_endpoints_ports_pending_cleanups_and_broken_files()
    {
        daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"status --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().Equal(
            "cnm-cni 0.1.0; Docker answers",
            "containerd does not answer, so pods may be missing or without a name",
            "",
            "NETWORK       CNI NETWORK  IPAM  PLUGINS          PROBLEM",
            "pods          pods         null  bridge, portmap  -",
            "5f2b7c3c7a0e  gone         null  -                no longer configured",
            "",
            "On CNI network pods (10.88.0.0/16, fd00::/64):",
            "ADDRESSES           KIND       NAME         NETWORK  INTERFACE  STATE   MAC                PORTS                             SINCE  ID",
            "10.88.0.2, fd00::2  container  web          pods     eth1       joined  02:00:00:00:00:02  8080->80/tcp, [::1]:5353->53/udp  0s     e11f2b7c3c7a",
            "10.88.0.3, fd00::3  pod        default/dns  -        -          -       -                  -                                 -      5a1d0b0f7e57",
            "10.88.0.9           other      -            -        -          -       -                  -                                 -      cafe",
            "",
            "On CNI network gone:",
            "Others than Docker's containers may be missing: its configuration is gone.",
            "Nobody.",
            "",
            "Unfinished in container web: sysctl net.ipv4.conf.eth1.x does not exist",
            "",
            "Still to be cleaned up (repeated by itself):",
            "CONTAINER  CNI NETWORK  ADDRESSES  ATTEMPTS  NEXT  ID  LAST ERROR",
            "old        pods         10.88.0.8  3         now   e2  plugin \"bridge\" failed DEL: two lines",
            "",
            "for you unclaimed-link: interface cni0123456789ab of the host: no attachment has it. If nobody else made it: ip link delete cni0123456789ab.",
            "",
            "Not used: /etc/cni/net.d/50-x.conflist: line 3: no \"type\"",
            "",
            "To look at: 1 network that no container can be started on, 1 container whose network is unfinished, 1 clean-up still to be done, 1 finding that is not mended, 1 CNI file that is not used.");
    }

    [Fact(Timeout = Deadline)]
    public async Task Status_of_a_daemon_that_has_nothing_to_do_says_what_to_do_first()
    {
        daemon.Answers["POST /Bridge.Status"] = Answer(new StatusResponse("0.1.0", EngineReachable: false, PodRuntimeState.Absent, [], [], [], [], [], []));

        (await RunAsync($"status --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().Equal(
            "cnm-cni 0.1.0; Docker does not answer, so names may be missing or old",
            "",
            "No networks. Make one: cnm-cni networks create NAME (cnm-cni networks lists the CNI networks of this host)",
            "",
            "To look at: Docker does not answer.");
    }

    [Fact(Timeout = Deadline)]
    public async Task Status_as_JSON_is_what_the_daemon_said()
    {
        daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"status --json --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        JsonSerializer.Deserialize(output.ToString(), ControlJson.Default.StatusResponse).Should().BeEquivalentTo(Example(), options => options.Excluding(status => status.Endpoints[0].Result));
        using var json = JsonDocument.Parse(output.ToString());
        json.RootElement.GetProperty("endpoints")[0].GetProperty("result").GetProperty("cniVersion").GetString().Should().Be("1.0.0");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("status --exit-code", 1)]
    [InlineData("status --exit-code --json", 1)]
    [InlineData("status", 0)]
    public async Task The_exit_code_of_status_says_whether_there_is_something_to_look_at_only_where_that_is_asked_for(string command, int exitCode)
    {
        daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"{command} --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(exitCode);
    }

    [Fact(Timeout = Deadline)]
    public async Task Status_of_a_healthy_host_ends_with_all_is_well_and_exit_code_0()
    {
        daemon.Answers["POST /Bridge.Status"] = Answer(new StatusResponse("0.1.0", EngineReachable: true, PodRuntimeState.Absent, [], [], [], [], [], []));

        (await RunAsync($"status --exit-code --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[^1].Should().Be("All is well.");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("", "repair", "Mended", 0)]
    [InlineData("", "repair", "Failed", 1)]
    [InlineData("", "repair", "Left", 1)]
    [InlineData("", "repair", "Waiting", 1)]
    [InlineData("", "repair --dry-run", "WouldBeMended", 1)]
    [InlineData("Docker does not answer", "repair", "Mended", 1)]
    public async Task Repair_succeeds_when_nothing_remains(string problem, string command, string state, int exitCode)
    {
        daemon.Answers["POST /Bridge.Repair"] = Answer(new RepairResponse(
            [new FindingStatus("lost-link", "e2", "container web", "its interface is\n gone.", Enum.Parse<FindingState>(state), "Restart it.")],
            problem.Length > 0 ? [problem] : []));

        (await RunAsync($"{command} --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(exitCode);

        Lines()[0].Should().NotContain("..");
        daemon.Bodies.Should().ContainSingle().Which.Should().Contain(command.EndsWith("--dry-run", StringComparison.Ordinal) ? "true" : "false");
        Lines()[0].Should().EndWith(" lost-link: container web: its interface is gone. Restart it.");
    }

    [Fact(Timeout = Deadline)]
    public async Task Repair_that_forgets_says_what_is_given_up()
    {
        daemon.Answers["POST /Bridge.Forget"] = Answer(new ForgetResponse("container web", ["DEL of bridge did not succeed.", "Host ports 80/tcp are free again."]));

        (await RunAsync($"repair --forget web --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        daemon.Bodies.Should().ContainSingle().Which.Should().Contain("\"web\"");
        Lines().Should().Equal("Forgotten: container web", "  DEL of bridge did not succeed.", "  Host ports 80/tcp are free again.");
    }

    [Fact(Timeout = Deadline)]
    public async Task Forgetting_is_not_tried_out() =>
        (await RunAsync($"repair --dry-run --forget web --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(2);

    [Fact(Timeout = Deadline)]
    public async Task Metrics_of_a_daemon_that_is_down_are_a_file_that_says_so()
    {
        await File.WriteAllTextAsync(ConfigFile, "socket: /nonexistent/cni.sock\n", TestContext.Current.CancellationToken);

        (await RunAsync($"metrics --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(1);

        Lines().Should().EndWith("cnm_cni_up 0");
        error.ToString().Should().Contain("not running");
    }

    [Fact(Timeout = Deadline)]
    public async Task Check_hands_the_targets_on_and_fails_when_one_plugin_says_no()
    {
        daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([
            new CheckResult(EndpointId, "web", CheckOutcome.Passed, null),
            new CheckResult("e2", "db", CheckOutcome.Failed, "plugin \"bridge\" failed CHECK: no address"),
            new CheckResult("e3", null, CheckOutcome.Skipped, "not joined")]));

        (await RunAsync($"check web e2 e3 --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(1);

        daemon.Bodies.Should().ContainSingle().Which.Should().Match("*\"targets\"*\"web\"*\"e2\"*\"e3\"*");
        Lines().Should().Equal(
            "CONTAINER  ENDPOINT      OUTCOME  MESSAGE",
            "web        e11f2b7c3c7a  passed   -",
            "db         e2            failed   plugin \"bridge\" failed CHECK: no address",
            "-          e3            skipped  not joined");
    }

    [Fact(Timeout = Deadline)]
    public async Task Check_succeeds_when_all_pass_or_are_skipped()
    {
        daemon.Answers["POST /Bridge.Check"] = Answer(new CheckResponse([new CheckResult("e3", null, CheckOutcome.Skipped, "not joined")]));

        (await RunAsync($"check --json --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        output.ToString().Should().Contain("\"skipped\"");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_daemon_that_says_no_is_quoted()
    {
        daemon.Answers["POST /Bridge.Check"] = ScriptedSocket.Json("""{"Err":"there is no attachment \"db\""}""", 404);

        (await RunAsync($"check db --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().Be("there is no attachment \"db\"\n");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("", 404, "is not cnm-cni, or an older one. Restart the daemon after an update.")]
    [InlineData("oops", 500, "answered HTTP 500.")]
    [InlineData("{}", 200, "is not this version of cnm-cni")]
    [InlineData("null", 200, "is not this version of cnm-cni")]
    public async Task Something_else_on_the_socket_is_recognised(string body, int status, string message)
    {
        daemon.Answers["POST /Bridge.Status"] = ScriptedSocket.Json(body, status);

        (await RunAsync($"status --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().Contain(daemon.Path).And.Contain(message);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_daemon_that_is_not_running_is_said_with_the_command_that_starts_it()
    {
        await File.WriteAllTextAsync(ConfigFile, "socket: /nonexistent/cni.sock\n", TestContext.Current.CancellationToken);

        (await RunAsync($"status --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().StartWith("Nobody answers on /nonexistent/cni.sock: the daemon is not running. Start it with `cnm-cni serve`");
    }

    [Fact(Timeout = Deadline)]
    public async Task Serve_runs_the_daemon_with_the_settings_of_the_file_and_hands_its_exit_code_on()
    {
        (await RunAsync($"serve --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(42);

        served!.Socket.Should().Be(daemon.Path);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("serve")]
    [InlineData("status")]
    [InlineData("networks")]
    [InlineData("networks create pods")]
    [InlineData("check")]
    [InlineData("settings")]
    public async Task Wrong_settings_stop_every_command_with_exit_code_2(string command)
    {
        await File.WriteAllTextAsync(ConfigFile, "sockett: /a\nlog: {level: loud}\n", TestContext.Current.CancellationToken);

        (await RunAsync($"{command} --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(2);

        error.ToString().Should().Contain($"{ConfigFile}:1:1: unknown key sockett; did you mean socket?").And.Contain($"{ConfigFile}:2:14: log.level");
        served.Should().BeNull();
    }

    [Fact(Timeout = Deadline)]
    public async Task The_settings_in_force_are_printed_as_a_file()
    {
        (await RunAsync($"settings --config {ConfigFile}", TestContext.Current.CancellationToken)).Should().Be(0);

        await File.WriteAllTextAsync(ConfigFile, output.ToString(), TestContext.Current.CancellationToken);
        SettingsFile.Load(ConfigFile, mustExist: true).Should().BeEquivalentTo(new AdapterSettings { Socket = daemon.Path });
    }

    [Theory(Timeout = Deadline)]
    [InlineData("statsu")]
    [InlineData("status --yaml")]
    [InlineData("serve --config")]
    [InlineData("")]
    public async Task A_wrong_command_line_is_exit_code_2(string commandLine)
    {
        (await RunAsync(commandLine, TestContext.Current.CancellationToken)).Should().Be(2);

        (error.ToString() + output).Should().NotBeEmpty();
        served.Should().BeNull();
    }

    [Fact(Timeout = Deadline)]
    public async Task Help_names_every_command()
    {
        (await RunAsync("--help", TestContext.Current.CancellationToken)).Should().Be(0);

        output.ToString().Should().ContainAll("serve", "networks", "status", "check", "settings", "version", "cnm-cni networks create pods");
    }

    [Fact(Timeout = Deadline)]
    public async Task The_version_is_printed()
    {
        (await RunAsync("version", TestContext.Current.CancellationToken)).Should().Be(0);

        output.ToString().Should().MatchRegex(@"^cnm-cni \d+\.\d+\.\d+( \(commit [0-9a-f]+\))?\n$");
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, CancellationToken, Task> Answer<T>(T message) =>
        ScriptedSocket.Json(JsonSerializer.Serialize(message, typeof(T), ControlJson.Default));

    private static StatusResponse Example() => new(
        "0.1.0",
        EngineReachable: true,
        PodRuntimeState.Silent,
        [
            new NetworkStatus("n1", "pods", "pods", "null", ["bridge", "portmap"], null),
            new NetworkStatus("5f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f", null, "gone", "null", [], "no longer configured"),
        ],
        [
            new EndpointStatus(
                EndpointId, EndpointId, "n1", "pods", "pods", "web", "joined", "eth0", "cnie11f2b7c", "eth1", "/var/run/docker/netns/1", ["10.88.0.2/16", "fd00::2/64"], "10.88.0.1",
                "02:00:00:00:00:02", 1500, [new PublishedPortStatus(null, 8080, 80, "tcp"), new PublishedPortStatus("::1", 5353, 53, "udp")], ["bridge", "portmap"],
                DateTimeOffset.MaxValue, "sysctl net.ipv4.conf.eth1.x does not exist", JsonDocument.Parse("""{"cniVersion":"1.0.0"}""").RootElement.Clone()),
        ],
        [
            new CniNetworkStatus("pods", ["10.88.0.0/16", "fd00::/64"], IsComplete: true, null, [
                new NeighbourStatus(NeighbourKind.Container, "web", EndpointId, EndpointId, ["10.88.0.2", "fd00::2"]),
                new NeighbourStatus(NeighbourKind.Pod, "default/dns", "5a1d0b0f7e572e2eee1ec58dd2a7d3a0bcb1ed6d4ae1a8f6ab08d2ac0bcb8b2b", null, ["10.88.0.3", "fd00::3"]),
                new NeighbourStatus(NeighbourKind.Other, null, "cafe", null, ["10.88.0.9"]),
            ]),
            new CniNetworkStatus("gone", [], IsComplete: false, "its configuration is gone", []),
        ],
        [new PendingCleanup("e2", "e2", "pods", "old", ["10.88.0.8"], 3, "plugin \"bridge\" failed DEL:\n  two lines", DateTimeOffset.UnixEpoch)],
        [new FindingStatus("unclaimed-link", "cni0123456789ab", "interface cni0123456789ab of the host", "no attachment has it", FindingState.Left, "If nobody else made it: ip link delete cni0123456789ab.")],
        [new ConfigurationProblemStatus("/etc/cni/net.d/50-x.conflist", "line 3: no \"type\"")]);

    private Task<int> RunAsync(string commandLine, CancellationToken cancellationToken) => CommandLine.RunAsync(
        commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), ServeAsync, new InvocationConfiguration { Output = output, Error = error }, cancellationToken: cancellationToken);

    private Task<int> ServeAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        served = settings;
        return Task.FromResult(42);
    }

    private string[] Lines() => output.ToString().TrimEnd().Split('\n');
}
