using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>cnm-cni doctor</c> on a real host: sound, then with one fault after the other. Where a finding has a command that mends it, the
/// command is run as it is printed.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class DoctorTests(DoctorHost engine) : EngineTest(engine), IClassFixture<DoctorHost>
{
    private const string Feature = "True answers: `cnm-cni doctor` finds what is wrong with the host";
    private const string Store = "/var/lib/cni/networks/" + DoctorHost.Small;

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Nothing_is_wrong_on_a_sound_host_and_nothing_is_changed()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        var census = await Host.CensusAsync(Cancellation);

        await BecomesAsync(findings => findings.All(finding => finding.Severity == "note"));
        var result = await Host.BridgeAsync(["doctor", "--verbose"], Cancellation);

        result.Output.Should().StartWith("Nothing is wrong.");
        result.ExitCode.Should().Be(0);
        (await Host.ChangesSinceAsync(census, TimeSpan.Zero, Cancellation)).Should().BeEmpty();
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task The_printed_commands_mend_what_was_found()
    {
        await RunContainerAsync("lost");
        await MendsAsync("attachments", "error", "ip link delete cni0");
        await MendsAsync("attachments", "error", "iptables -F CNI-FORWARD");
        var pid = await DockerAsync("inspect", "--format", "{{.State.Pid}}", "lost");
        await MendsAsync("attachments", "error", $"nsenter --target {pid} --net ip link delete eth0");
        await MendsAsync("ip-forward", "error", "sysctl -w net.ipv4.ip_forward=0");
        await MendsAsync("bridge-netfilter", "warning", "sysctl -w net.bridge.bridge-nf-call-iptables=0");
        await MendsAsync("forward-iptables", "error", "iptables -P FORWARD DROP");
        await RunInShellAsync("iptables -P FORWARD ACCEPT");
        await MendsAsync(
            "forward-nftables", "error",
            "nft add table inet mine; nft add chain inet mine forward '{ type filter hook forward priority 0; policy drop; }'");
        await RunInShellAsync("nft delete table inet mine");
        await MendsAsync("forward-legacy", "error", "iptables-legacy -P FORWARD DROP");
        await MendsAsync("firewall-leftovers", "warning", "iptables-legacy -P FORWARD DROP");
        await MendsAsync("plugin-files", "error", "chmod a-x /opt/cni/bin/own");
        await MendsAsync("plugin-files", "warning", "chmod o+w /opt/cni/bin/own");
        await MendsAsync("state-directory", "warning", "chmod 755 /var/lib/cnm-cni");
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_used_up_pool_is_found_and_the_container_that_it_kept_from_starting()
    {
        await DockerAsync("run", "--rm", "--network", DoctorHost.Small, Image, "true"); // Makes the store.
        await RunInShellAsync($"for n in $(seq 2 14); do echo f00d > {Store}/10.91.0.$n; done");
        (await TryDockerAsync(
            ["run", "--detach", "--name", "db", "--restart", "always", "--network", DoctorHost.Small, Image, .. WebServer]))
            .Succeeded.Should().BeFalse();

        var findings = await FindAsync();

        findings.Should().Contain(
            found => found.Check == "address-pool" && found.Severity == "error" && found.What.Contains("10.91.0.0/28"));
        var down = findings.Where(found => found.Check == "restart-policy").ToArray();
        await RunInShellAsync($"rm {Store}/10.91.0.*");
        if (down.Length > 0) // Some engines record no error for a container whose first start fails.
            await RunInShellAsync(string.Join('\n', down.Single().Commands));

        (await FindAsync()).Where(found => found.Check is "address-pool" or "restart-policy").Should().BeEmpty();
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_full_bridge_is_found_and_the_container_that_it_refuses_is_told_so()
    {
        const int Most = 1023;
        await DockerAsync("run", "--rm", "--network", DoctorHost.Small, Image, "true"); // Makes the bridge.
        await RunInShellAsync(
            $"seq {Most} | sed 's/.*/link add full& type veth peer name end&\\nlink set full& master {DoctorHost.SmallBridge}/' | " +
            "ip -batch -");

        var refused = await TryDockerAsync(["run", "--rm", "--network", DoctorHost.Small, Image, "true"]);

        refused.Succeeded.Should().BeFalse();
        refused.StandardError.Should().Contain("exchange full").And.Contain("A bridge has 1,023 ports at most");
        (await FindAsync()).Should().Contain(found => found.Check == "bridge-ports" && found.Severity == "error"
            && found.What.Contains(DoctorHost.SmallBridge));
        await RunInShellAsync($"seq {Most} | sed 's/.*/link delete full&/' | ip -batch -");
        await DockerAsync("run", "--rm", "--network", DoctorHost.Small, Image, "true");
        (await FindAsync()).Should().NotContain(found => found.Check == "bridge-ports");
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Doctor_answers_within_seconds_although_Docker_and_containerd_hang()
    {
        int[] hanging = [Host.Dockerd.Pid, Host.Containerd.Pid];
        await SignalAsync("STOP", hanging);
        try
        {
            var start = Stopwatch.GetTimestamp();
            var result = await Host.BridgeAsync(["doctor"], Cancellation);

            Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(60));
            result.ExitCode.Should().Be(2);
            result.Output.Should().Contain("error: docker: ").And.Contain("not checked: docker-version, ")
                .And.Contain("containerd: no pods are seen");
        }
        finally
        {
            await SignalAsync("CONT", hanging);
        }
    }

    [Feature(Feature)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Without_a_daemon_everything_else_is_judged_all_the_same()
    {
        await Host.Bridge.KillAsync(Cancellation);

        (await BecomesAsync(findings => findings.Where(found => found.Severity != "note").Select(found => found.Check)
            .SequenceEqual(["daemon"]))).Should().BeTrue();
        await Host.Bridge.StartAsync(Cancellation);
        (await BecomesAsync(findings => findings.All(found => found.Severity == "note"))).Should().BeTrue();
    }

    private async Task MendsAsync(string check, string severity, string breaking)
    {
        await RunInShellAsync(breaking);
        string[] commands = [];
        (await BecomesAsync(findings =>
        {
            commands = [.. findings.Where(finding => finding.Check == check).SelectMany(finding => finding.Commands)];
            return findings.Any(finding => finding.Check == check && finding.Severity == severity);
        })).Should().BeTrue("{0} was run, which {1} must find", breaking, check);

        var path = Path.GetDirectoryName(CnmCniBinary.Require());
        await RunInShellAsync(string.Join('\n', commands.Prepend($"set -e; PATH=$PATH:{path}")));

        (await BecomesAsync(findings => findings.All(finding => finding.Check != check || finding.Severity == "note")))
            .Should().BeTrue("the commands of {0} were run: {1}", check, string.Join("; ", commands));
    }

    // On a busy machine a source may miss its time once.
    private Task<bool> BecomesAsync(Func<IReadOnlyList<Found>, bool> condition) =>
        Eventually.IsTrueAsync(async _ => condition(await FindAsync()), Eventually.Bound, Cancellation);

    private async Task<IReadOnlyList<Found>> FindAsync()
    {
        var text = (await Host.BridgeAsync(["doctor", "--json"], Cancellation)).Output;
        JsonSchemas.Require("doctor", text);
        using var json = JsonDocument.Parse(text);
        return
        [
            .. json.RootElement.GetProperty("findings").EnumerateArray().Select(finding => new Found(
                finding.GetProperty("check").GetString()!, finding.GetProperty("severity").GetString()!,
                finding.GetProperty("what").GetString()!,
                [.. finding.GetProperty("commands").EnumerateArray().Select(command => command.GetString()!)])),
        ];
    }

    private async Task SignalAsync(string signal, IEnumerable<int> processes) => (await Host.RunAsync(
        ["kill", $"-{signal}", .. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))],
        Cancellation)).EnsureSuccess();

    private sealed record Found(string Check, string Severity, string What, IReadOnlyList<string> Commands);
}
