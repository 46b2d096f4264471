using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>What <c>cnm-cni status</c> shows of what the daemon says.</summary>
public sealed class StatusCommandTests : DaemonCommandTest
{
    [Fact]
    public async Task Status_shows_networks_endpoints_ports_pending_cleanups_and_broken_files()
    {
        Daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"status --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines().Should().Equal(
            "To look at: 1 network that no container can be started on, 1 container whose network is unfinished, 1 clean-up still to be " +
            "done, 1 finding that is not repaired, 1 CNI file that is not used.",
            "",
            "cnm-cni 0.1.0; Docker answers",
            "The container runtime does not answer, so pods may be missing or without a name",
            "the firewall is not read, so host ports of pods may be missing",
            "",
            "NETWORK       CNI NETWORK  IPAM  PLUGINS          PROBLEM",
            "pods          pods         null  bridge, portmap  -",
            "5f2b7c3c7a0e  gone         null  -                no longer configured",
            "",
            "On CNI network pods (10.88.0.0/16, fd00::/64):",
            "ADDRESSES           KIND       NAME         NETWORK  INTERFACE  STATE   MAC                PORTS                            " +
            " SINCE  ID",
            "10.88.0.2, fd00::2  container  web          pods     eth1       joined  02:00:00:00:00:02  8080->80/tcp, [::1]:5353->53/udp " +
            " 0s     e11f2b7c3c7a",
            "10.88.0.3, fd00::3  pod        default/dns  -        -          -       -                  127.0.0.1:53->53/udp, 54->?/tcp  " +
            " -      5a1d0b0f7e57",
            "10.88.0.9           other      -            -        -          -       -                  -                                " +
            " -      cafe",
            "",
            "On CNI network gone:",
            "Owners other than Docker's containers may be missing: its configuration is gone.",
            "(none)",
            "",
            "Ports of this host that pods and containers of other runtimes have, on other networks:",
            "KIND   NAME         PORTS         ID",
            "pod    default/web  8081->80/tcp  -",
            "other  -            8082->80/tcp  beef",
            "",
            "Unfinished in container web: sysctl net.ipv4.conf.eth1.x does not exist",
            "",
            "Pending clean-ups (cnm-cni retries them):",
            "CONTAINER  CNI NETWORK  ADDRESSES  ATTEMPTS  NEXT  ID  LAST ERROR",
            "old        pods         10.88.0.8  3         now   e2  plugin \"bridge\" failed DEL: two lines",
            "",
            "reported unclaimed-link: interface cni0123456789ab of the host: no attachment has it. If nobody else made it: ip link " +
            "delete cni0123456789ab.",
            "",
            "Not used: /etc/cni/net.d/50-x.conflist: line 3: no \"type\"");
    }

    [Fact]
    public async Task Status_of_an_unused_cnm_cni_shows_the_first_steps()
    {
        Daemon.Answers["POST /Bridge.Status"] =
            Answer(new StatusResponse("0.1.0", EngineReachable: false, PodRuntimeState.Absent, [], [], [], [], [], []));

        (await RunAsync($"status --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines().Should().Equal(
            "To look at: Docker does not answer.",
            "",
            "cnm-cni 0.1.0; Docker does not answer, so names may be missing or old",
            "",
            "No networks. Create one: cnm-cni networks create NAME (cnm-cni networks lists the CNI networks of this host)");
    }

    [Fact]
    public async Task Status_as_JSON_is_what_the_daemon_said()
    {
        Daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"status --json --config {ConfigFile}", Cancellation)).Should().Be(0);

        JsonSerializer.Deserialize(Output.ToString(), ControlJson.Default.StatusResponse).Should().BeEquivalentTo(
            Example(), options => options.Excluding(status => status.Endpoints[0].Result));
        using var json = JsonDocument.Parse(Output.ToString());
        json.RootElement.EnumerateObject().Take(2).Select(property => property.Name).Should().Equal("verdict", "problems");
        json.RootElement.GetProperty("verdict").GetString().Should().StartWith("To look at: 1 network");
        json.RootElement.GetProperty("problems").GetArrayLength().Should().Be(5);
        json.RootElement.GetProperty("endpoints")[0].GetProperty("result").GetProperty("cniVersion").GetString().Should().Be("1.0.0");
    }

    [Theory]
    [InlineData("status --exit-code", 1)]
    [InlineData("status --exit-code --json", 1)]
    [InlineData("status", 0)]
    public async Task The_exit_code_of_status_reports_problems_only_with_the_option_for_it(string command, int exitCode)
    {
        Daemon.Answers["POST /Bridge.Status"] = Answer(Example());

        (await RunAsync($"{command} --config {ConfigFile}", Cancellation)).Should().Be(exitCode);
    }

    [Fact]
    public async Task Status_of_a_healthy_host_begins_with_all_is_well_and_has_exit_code_0()
    {
        Daemon.Answers["POST /Bridge.Status"] =
            Answer(new StatusResponse("0.1.0", EngineReachable: true, PodRuntimeState.Absent, [], [], [], [], [], []));

        (await RunAsync($"status --exit-code --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines()[0].Should().Be("All is well.");
    }

    [Fact]
    public async Task Status_reports_that_no_record_can_be_written()
    {
        Daemon.Answers["POST /Bridge.Status"] =
            Answer(new StatusResponse("0.1.0", EngineReachable: true, PodRuntimeState.Absent, [], [], [], [], [], [],
                StateProblem: "/var/lib/cnm-cni cannot be written: no space left on device"));

        (await RunAsync($"status --exit-code --config {ConfigFile}", Cancellation)).Should().Be(1);

        Lines()[3].Should().Be("/var/lib/cnm-cni cannot be written: no space left on device. No container can be attached until it can.");
        Lines()[0].Should().Be("To look at: state that cannot be written.");
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_watched_status_is_shown_again_until_it_is_interrupted_and_ends_with_the_last_verdict(bool isWell, int exitCode)
    {
        Daemon.Answers["POST /Bridge.Status"] =
            Answer(new StatusResponse("0.1.0", EngineReachable: isWell, PodRuntimeState.Absent, [], [], [], [], [], []));
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var watch = RunAsync($"status --watch 0.1 --exit-code --config {ConfigFile}", interrupt.Token);
        await Eventually.TrueAsync(() => Daemon.Bodies.Count > 2, "it was asked three times");
        await interrupt.CancelAsync();

        (await watch).Should().Be(exitCode);
        var verdict = isWell ? "All is well." : "To look at: Docker does not answer.";
        Lines().Count(line => line == verdict).Should().BeGreaterThan(1);
        Lines().Should().Contain(line => line.EndsWith("Z, every 0.1 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watched_status_goes_on_while_the_daemon_does_not_answer()
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var watch = RunAsync($"status --watch 0.1 --exit-code --config {ConfigFile}", interrupt.Token);
        await Eventually.TrueAsync(() => Daemon.Bodies.Count > 2, "it was asked three times");
        await interrupt.CancelAsync();

        (await watch).Should().Be(1);
        Lines().Count(line => line.StartsWith("To look at: ", StringComparison.Ordinal)).Should().BeGreaterThan(1);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("3601")]
    public async Task A_pause_that_is_no_number_of_seconds_is_refused(string pause) =>
        (await RunAsync($"status --watch {pause} --config {ConfigFile}", Cancellation)).Should().Be(2);

    internal static StatusResponse Example() => new(
        "0.1.0",
        EngineReachable: true,
        PodRuntimeState.Silent,
        [
            new NetworkStatus("n1", "pods", "pods", "null", ["bridge", "portmap"], null),
            new NetworkStatus(
                "5f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f", null, "gone", "null", [], "no longer configured"),
        ],
        [
            new EndpointStatus(
                EndpointId, EndpointId, "n1", "pods", "pods", "web", "joined", "eth0", "cnie11f2b7c", "eth1", "/var/run/docker/netns/1",
                ["10.88.0.2/16", "fd00::2/64"], "10.88.0.1",
                "02:00:00:00:00:02", 1500,
                [new PublishedPortStatus(null, 8080, 80, "tcp"), new PublishedPortStatus("::1", 5353, 53, "udp")], ["bridge", "portmap"],
                DateTimeOffset.MaxValue, "sysctl net.ipv4.conf.eth1.x does not exist",
                JsonDocument.Parse("""{"cniVersion":"1.0.0"}""").RootElement.Clone()),
        ],
        [
            new CniNetworkStatus("pods", ["10.88.0.0/16", "fd00::/64"], IsComplete: true, null, [
                new AddressOwnerStatus(AddressOwnerKind.Container, "web", EndpointId, EndpointId, ["10.88.0.2", "fd00::2"]),
                new AddressOwnerStatus(
                    AddressOwnerKind.Pod, "default/dns", "5a1d0b0f7e572e2eee1ec58dd2a7d3a0bcb1ed6d4ae1a8f6ab08d2ac0bcb8b2b",
                    null, ["10.88.0.3", "fd00::3"]),
                new AddressOwnerStatus(AddressOwnerKind.Other, null, "cafe", null, ["10.88.0.9"]),
            ]),
            new CniNetworkStatus("gone", [], IsComplete: false, "its configuration is gone", []),
        ],
        [new PendingCleanup(
            "e2", "e2", "pods", "old", ["10.88.0.8"], 3, "plugin \"bridge\" failed DEL:\n  two lines", DateTimeOffset.UnixEpoch)],
        [new FindingStatus("unclaimed-link", "cni0123456789ab", "interface cni0123456789ab of the host", "no attachment has it",
            FindingState.Reported, "If nobody else made it: ip link delete cni0123456789ab.")],
        [new ConfigurationProblemStatus("/etc/cni/net.d/50-x.conflist", "line 3: no \"type\"")],
        PortOwners:
        [
            new PortOwnerStatus(
                AddressOwnerKind.Pod, "default/dns", "5a1d0b0f7e572e2eee1ec58dd2a7d3a0bcb1ed6d4ae1a8f6ab08d2ac0bcb8b2b",
                [new PublishedPortStatus("127.0.0.1", 53, 53, "udp"), new PublishedPortStatus(null, 54, null, "tcp")]),
            new PortOwnerStatus(AddressOwnerKind.Pod, "default/web", null, [new PublishedPortStatus(null, 8081, 80, "tcp")]),
            new PortOwnerStatus(AddressOwnerKind.Other, null, "beef", [new PublishedPortStatus(null, 8082, 80, "tcp")]),
        ],
        WhyPortsIncomplete: "the firewall is not read");
}
