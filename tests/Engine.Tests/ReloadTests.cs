using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>
/// <c>cnm-cni reload</c> after what administrators and their tools do to a host. The rules, links and queueing disciplines afterwards must
/// be those of before, each once.
/// </summary>
[Plugin("bridge", "ptp", "host-local", "portmap", "firewall", "bandwidth")]
[Long]
public sealed partial class ReloadTests(ReloadHost engine) : EngineTest(engine), IClassFixture<ReloadHost>
{
    private const string Reload = "Failures: what was removed on the host is put back (`cnm-cni reload`)";
    private const string Automatic = "Failures: what was removed on the host is put back by itself (`reload.automatic`)";

    private const string FlushIptables =
        "for tool in iptables ip6tables; do $tool -F; $tool -t nat -F; $tool -X; $tool -t nat -X; done";

    private const string AllIsWell = "All is well.";

    private const string FirstPlugins = "/opt/cni/failing";
    private const string FailingPlugin = $"{FirstPlugins}/portmap";

    private const string DeleteBridges = "for bridge in cni0 cni1 cni2; do ip link delete $bridge || true; done";

    // With the parts that are reported as missing.
    private static readonly (string Accident, string[] Missing)[] Accidents =
    [
        (FlushIptables, ["masquerade", "accept-rules", "published-ports"]),
        ("nft flush ruleset; " + DeleteBridges, ["bridge", "bridge-port", "masquerade", "accept-rules", "published-ports"]),
        ("iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT", ["published-ports"]),
        ("ip addr flush dev cni0; ip link set dev cni1 down; " +
            "ip link set dev $(ip -br link show master cni1 | tail -1 | cut -d@ -f1) nomaster", ["bridge", "bridge-port"]),
        ("for link in $(ls /sys/class/net | grep ^bwp); do ip link delete $link; done", ["bandwidth"]),
    ];

    [Feature(Reload)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Everything_is_as_before_after_each_accident_and_a_reload()
    {
        var empty = await CensusAfterOneContainerAsync("--publish", "80");
        await RunAllAsync();
        var (before, inside) = (await Host.CensusAsync(Cancellation), await InsideAsync());

        foreach (var (accident, missing) in Accidents)
        {
            await RunInShellAsync(accident);
            (await Host.BridgeAsync(["reload", "--dry-run"], Cancellation)).ExitCode.Should().Be(1);

            var json = (await Host.BridgeAsync(["reload", "--json"], Cancellation)).EnsureSuccess().StandardOutput;

            JsonSchemas.Require("reload", json);
            var reload = JsonNode.Parse(json)!;
            var results = reload["results"]!.AsArray();
            results.Select(result => (string)result!["outcome"]!).Should().Contain("restored").And.BeSubsetOf(["restored", "complete"]);
            results.SelectMany(result => result!["missing"]!.AsArray()).Select(part => (string)part!["part"]!).Distinct()
                .Should().BeEquivalentTo(missing, accident);
            await AssertIsAsBeforeAsync(before, accident);
            (await InsideAsync()).Should().Be(inside);
            await AssertAllWorkAsync();
        }

        (await Host.BridgeAsync(["reload"], Cancellation)).EnsureSuccess().StandardOutput.Should().StartWith("Nothing is missing for ");
        await AssertIsAsBeforeAsync(before, "nothing");
        await AssertNothingRemainsAsync(empty);
    }

    [Feature(Reload)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_reload_that_is_killed_in_the_middle_is_finished_by_the_next_one()
    {
        var empty = await CensusAfterOneContainerAsync("--publish", "80");
        await RunAllAsync();
        var before = await Host.CensusAsync(Cancellation);

        foreach (var delay in (int[])[60, 160, 300, 450, 700])
        {
            await RunInShellAsync($"nft flush ruleset; {DeleteBridges}");
            var reload = Host.BridgeAsync(["reload"], Cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(delay), TimeProvider.System, Cancellation);
            await Host.Bridge.KillAsync(Cancellation);
            await reload;
            await Host.Bridge.StartAsync(Cancellation);
        }

        (await Host.BridgeAsync(["reload"], Cancellation)).EnsureSuccess();

        await AssertIsAsBeforeAsync(before, "the last reload");
        await AssertAllWorkAsync();
        await AssertNothingRemainsAsync(empty);
    }

    [Feature(Reload)]
    [Fact]
    public async Task Only_the_named_container_is_restored_and_what_cannot_be_is_said_with_the_command()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunContainerAsync("db");
        await RunInShellAsync("iptables -t nat -F; ip link delete dev $(ls /sys/class/net | grep ^veth | tail -1)");

        var everything = await Host.BridgeAsync(["reload"], Cancellation);

        everything.ExitCode.Should().Be(1);
        everything.StandardOutput.Should().Contain("restored ").And.Contain("failed ").And.Contain("docker restart ");
        var unknown = await Host.BridgeAsync(["reload", "nobody"], Cancellation);
        unknown.ExitCode.Should().Be(1);
        unknown.StandardOutput.Should().Contain("nobody").And.Contain("no attachment has this container name");
        await DockerAsync("restart", "--time", "0", "web", "db");
        await Host.SettleAsync(Cancellation);
        await RunInShellAsync("iptables -t nat -F");
        (await Host.BridgeAsync(["reload", "web"], Cancellation)).EnsureSuccess().StandardOutput
            .Should().StartWith("restored web on pods: ").And.NotContain("db");
        (await Host.BridgeAsync(["reload", "--dry-run"], Cancellation)).StandardOutput.Should().Contain("would be restored db on pods: ");
    }

    [Feature(Reload)]
    [Fact]
    public async Task Status_tells_what_is_missing_until_it_is_put_back_or_the_containers_are_gone()
    {
        await RunContainerAsync("web", "--publish", "8080:80");
        await RunOnAsync(ReloadHost.PointToPoint, "db", "8085:80");
        await StatusShowsAsync(AllIsWell);

        await RunInShellAsync("nft flush ruleset");
        (await StatusShowsAsync("To look at: ")).Should().Contain("reported missing-on-host: container web ")
            .And.Contain("published port 8080/tcp").And.Contain("cnm-cni reload web").And.Contain("cnm-cni reload db");
        (await Host.BridgeAsync(["status", "--exit-code"], Cancellation)).ExitCode.Should().Be(1);
        (await MetricsAsync("cnm_cni_findings_left")).Should().Be("cnm_cni_findings_left{kind=\"missing-on-host\"} 2");
        (await Host.BridgeAsync(["reload"], Cancellation)).EnsureSuccess();
        (await Host.BridgeAsync(["status", "--exit-code"], Cancellation)).EnsureSuccess();

        await RunInShellAsync($"{FlushIptables}; ip link delete cni0");
        await StatusShowsAsync(" is gone: bridge cni0, "); // A pass in between has seen the rules go, and not yet the bridge.
        await RemoveAsync(["web", "db"]);
        await StatusShowsAsync(AllIsWell);
    }

    [Feature(Automatic)]
    [Fact(Timeout = Deadline.Long)]
    public async Task With_the_setting_cnm_cni_notices_and_reloads_by_itself_and_then_rests()
    {
        Directory.CreateDirectory(Host.PathOf(FirstPlugins));
        Host.WriteBridgeSettings($$"""
            {{ReloadHost.Settings}}
            pluginDirectories: [{{FirstPlugins}}, {{HostRequirements.PluginDirectory}}]
            reload: { automatic: true }
            """);
        await Host.Bridge.StopAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);
        try
        {
            await RunAllAsync();
            var before = await Host.CensusAsync(Cancellation);

            foreach (var accident in (string[])["nft flush ruleset", DeleteBridges])
            {
                await RunInShellAsync(accident);
                await EverythingComesBackAsync();
                await AssertIsAsBeforeAsync(before, accident);
            }

            // While cnm-cni is down no event reaches it, and none says later that a plugin works again.
            await Host.Bridge.StopAsync(Cancellation);
            await RunInShellAsync($"nft flush ruleset; printf '#!/bin/sh\\nexit 1\\n' > {FailingPlugin}; chmod 755 {FailingPlugin}");
            await Host.Bridge.StartAsync(Cancellation);
            await Eventually.TrueAsync(
                async _ => (await MetricsAsync("cnm_cni_reload_failures_total")).Length > 0, "the plugin fails", Cancellation);
            File.Delete(Host.PathOf(FailingPlugin));
            await EverythingComesBackAsync();
            await AssertIsAsBeforeAsync(before, "a plugin that fails at first");

            await AssertAllWorkAsync();
            var counted = await RestoredAsync();
            await RunInShellAsync("nft add table ip mine; nft delete table ip mine");
            (await Host.BridgeAsync(["reload"], Cancellation)).EnsureSuccess().StandardOutput.Should().StartWith("Nothing is missing for ");
            (await RestoredAsync()).Should().Be(counted);
        }
        finally
        {
            File.Delete(Host.PathOf(FailingPlugin));
            Host.WriteBridgeSettings(ReloadHost.Settings);
            await Host.Bridge.StopAsync(CancellationToken.None);
            await Host.Bridge.StartAsync(CancellationToken.None);
        }
    }

    private async Task<string> StatusShowsAsync(string text)
    {
        var status = "";
        await Eventually.TrueAsync(
            async token => (status = (await Host.BridgeAsync(["status"], token)).EnsureSuccess().StandardOutput)
                .Contains(text, StringComparison.Ordinal),
            $"status shows \"{text}\"", Cancellation);
        return status;
    }

    private bool HasInside => Host.Engine >= EngineVersion.V28;

    private async Task RunAllAsync()
    {
        await RunOnAsync(Network, "one", "8081:80");
        await RunOnAsync(ReloadHost.Chosen, "two", "8082:80");
        await RunOnAsync(ReloadHost.PointToPoint, "five", "8085:80");
        if (HasNewPlugins)
            await RunOnAsync(ReloadHost.Nftables, "three", "8083:80");

        if (HasInside)
            await RunOnAsync(ReloadHost.Inside, "four", "8084:80");

        await AssertAllWorkAsync();
    }

    private Task<string> RunOnAsync(string network, string name, string port) =>
        DockerAsync(["run", "--detach", "--name", name, "--network", network, "--publish", port, Image, .. WebServer]);

    private IEnumerable<(string Name, int Port)> All()
    {
        yield return ("one", 8081);
        yield return ("two", 8082);
        yield return ("five", 8085);
        if (HasNewPlugins)
            yield return ("three", 8083);

        if (HasInside)
            yield return ("four", 8084);
    }

    // From another host, from this one, from its loopback, and outwards under the host's address.
    private async Task AssertAllWorkAsync()
    {
        await using var outside = Host.FromNeighbour.ServePage(80, "outside");
        foreach (var (name, port) in All())
        {
            (await Host.FromNeighbour.GetAsync(TestHost.Address, port, Cancellation)).Should().Be(Page, $"{name} publishes {port}");
            (await Host.FromHost.GetAsync("127.0.0.1", port, Cancellation)).Should().Be(Page, $"{name} publishes {port}");
            (await ExecAsync(name, "wget", "-qO-", $"http://{TestHost.NeighbourAddress}/")).Should().Be("outside");
        }
    }

    // Everything inside the containers, and that they are the same processes.
    private async Task<string> InsideAsync()
    {
        var inside = "";
        foreach (var (name, _) in All())
        {
            inside += await DockerAsync("inspect", "--format", "{{.State.Pid}} {{.State.StartedAt}}", name);
            inside += await ExecAsync(name, "sh", "-c", "ip -o addr; ip route; ip -6 route; cat /sys/class/net/*/address");
        }

        // Whether an address of its own is still being tried (RFC 4862) depends on the moment.
        return inside.Replace(" tentative", "", StringComparison.Ordinal);
    }

    private async Task AssertIsAsBeforeAsync(HostCensus before, string accident)
    {
        var changes = await Host.ChangesSinceAsync(before, TimeSpan.FromSeconds(10), IsOfPlugins, Cancellation);
        string.Join('\n', changes.Where(IsOfPlugins)).Should().BeEmpty(accident);
    }

    // The accidents removed what the census of the empty host still had, and later containers make it again.
    private async Task AssertNothingRemainsAsync(HostCensus empty)
    {
        await RemoveAsync(All().Select(one => one.Name));
        bool Remains(string change) => change.StartsWith('+') && !IsShared(change);
        var changes = await Host.ChangesSinceAsync(empty, Eventually.Bound, Remains, Cancellation);
        string.Join('\n', changes.Where(Remains)).Should().BeEmpty();
    }

    // Not what Docker made for itself, which a flush removes as well.
    private static bool IsOfPlugins(string change) =>
        (change.Contains("CNI", StringComparison.Ordinal) || change.Contains("cni", StringComparison.Ordinal)
            || change.Contains(" 10.9", StringComparison.Ordinal) || change.Contains("fd00:90", StringComparison.Ordinal)
            || change.Contains("link: ", StringComparison.Ordinal) || change.Contains("tc ", StringComparison.Ordinal))
        && !change.Contains("DOCKER", StringComparison.Ordinal) && !NumberOfAction().IsMatch(change);

    // Of all containers of a network: bridges, and the chains that lead to those of a container.
    private static bool IsShared(string change) =>
        Shared.Any(name => change.Contains(name, StringComparison.Ordinal)) && !ChainOfContainer().IsMatch(change);

    private static readonly string[] Shared =
        [" cni0", " cni1", " cni2", "CNI-FORWARD", "CNI-ADMIN", "CNI-HOSTPORT", "cni_hostport", "cni_plugins_masquerade"];

    [GeneratedRegex("index [0-9]+ ref")]
    private static partial Regex NumberOfAction();

    [GeneratedRegex("CNI-(DN-)?[0-9a-f]{16}|10[.]9[0-3][.]0[.][0-9]+/32|dnat to|saddr 10")]
    private static partial Regex ChainOfContainer();

    private Task EverythingComesBackAsync() => Eventually.TrueAsync(
        async token => (await Host.BridgeAsync(["reload", "--dry-run"], token)).ExitCode == 0, "everything is there", Cancellation);

    private Task<string> RestoredAsync() => MetricsAsync("cnm_cni_reload_restored_total");

    // Those of which something was counted.
    private async Task<string> MetricsAsync(string name) => string.Join('\n',
        (await Host.BridgeAsync(["metrics"], Cancellation)).EnsureSuccess().StandardOutput.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)));
}
