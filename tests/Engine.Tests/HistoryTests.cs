using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests;

/// <summary>The history tells the truth of containers that are gone, also after a kill, and keeps no secret.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class HistoryTests(HistoryHost engine) : EngineTest(engine), IClassFixture<HistoryHost>
{
    private const string Followed = "/run/bridge-test/followed";
    private const string Piped = "/run/bridge-test/piped";

    [Feature("True answers: `cnm-cni inspect` agrees with Docker and the kernel")]
    [Fact(Timeout = Deadline.Long)]
    public async Task Inspect_agrees_with_Docker_and_the_kernel()
    {
        await RunContainerAsync("web", "--publish", "8080:80");

        var json = await CnmCniAsync("inspect", "web", "--json");
        var shown = JsonNode.Parse(json)!["attachments"]!.AsArray().Single()!;
        var (docker, kernel) = (await DockerView.OfAsync(Host, "web", Network, Cancellation),
            await KernelView.OfAsync(Host, "web", "eth0", Cancellation));

        JsonSchemas.Require("inspect", json);
        ((string)shown["endpointId"]!).Should().Be(docker.EndpointId);
        ((string)shown["interface"]!["sandboxKey"]!).Should().Be(docker.SandboxKey);
        ((string)shown["interface"]!["mac"]!).Should().Be(docker.Mac).And.Be(kernel.Mac);
        ((int)shown["interface"]!["mtu"]!).Should().Be(kernel.Mtu);
        ((string)shown["interface"]!["addresses"]![0]!).Should().Be($"{docker.Address}/{docker.PrefixLength}")
            .And.Be($"{kernel.Address}/{kernel.PrefixLength}");
        ((string)shown["interface"]!["gateways"]![0]!).Should().Be(docker.Gateway).And.Be(kernel.Gateway);
        ((int)shown["ports"]![0]!["hostPort"]!).Should().Be(8080);
        ((string)shown["cni"]!["arguments"]!["API_TOKEN"]!).Should().Be("(redacted)");
        (await RunInShellAsync($"cat /sys/class/net/{(string)shown["host"]!["peer"]!}/master/uevent")).Should().Contain("INTERFACE=cni0");
        foreach (var record in shown["records"]!.AsArray())
            File.Exists(Host.PathOf((string)record!)).Should().BeTrue();

        (await CnmCniAsync("inspect", "web")).Should().Contain(docker.Mac).And.NotContainAny(HistoryHost.Secrets);
        var id = (await DockerAsync("ps", "--quiet", "--filter", "name=web")).Trim();
        (await CnmCniAsync("inspect", id)).Should().StartWith("web on ");
        (await CnmCniAsync("log", id)).Should().Contain(docker.Address);
        (await Host.BridgeAsync(["inspect", "nobody"], Cancellation)).ExitCode.Should().Be(1);
    }

    [Feature("True answers: the history of containers that are gone, also after a kill")]
    [Fact(Timeout = Deadline.Long)]
    public async Task The_log_of_a_container_that_is_gone_tells_its_story_by_name_and_by_address_after_a_kill()
    {
        await FollowAsync();
        await RunContainerAsync("gone", "--publish", "8080:80");
        await FollowedAsync("ports-published");
        (await CnmCniAsync("log", "gone")).Should().Contain(" now ").And.Contain("8080->80/tcp");
        var address = (await DockerView.OfAsync(Host, "gone", Network, Cancellation)).Address;
        await RemoveAsync("gone");
        await FollowedAsync("address-released");
        await Host.Bridge.KillAsync(Cancellation);

        var byName = await StoryAsync("gone"); // While no daemon runs.
        await Host.Bridge.StartAsync(Cancellation);
        var byAddress = await StoryAsync(address);

        byName.Tenures.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Container = "gone", CniNetwork = CniNetworks.Name });
        byName.Tenures[0].Addresses.Should().Contain($"{address}/24");
        byName.Tenures[0].Until.Should().BeAfter(byName.Tenures[0].Since);
        byName.Kinds.Should().ContainInOrder(
            "address-reserved", "attached", "ports-published", "detaching", "detached", "address-released");
        byName.Kinds.Should().ContainInOrder("ports-published", "ports-unpublished", "address-released");
        byName.Runs.Should().ContainInOrder("ADD host-local success", "ADD bridge success", "ADD portmap success", "DEL bridge success")
            .And.Contain("DEL portmap success").And.Contain("DEL host-local success");
        byAddress.Tenures.Select(tenure => tenure.Container).Should().Contain("gone");
        (await CnmCniAsync("events", "--since", "1h")).Split('\n').Count(line => line.Contains("  daemon-started  ")).Should()
            .BeGreaterThan(1);
        var piped = await RunInShellAsync(
            $"{{ timeout 20 {CnmCniBinary.Require()} events --follow --since 1d; echo ended $? > {Piped}; }} | head -n 1; cat {Piped}");
        piped.Trim().Should().EndWith("ended 0", "nobody reads what it prints");
        (await RunInShellAsync($"cat {Followed}")).Should().Contain("\"attached\"").And.Contain("\"detached\"")
            .And.Contain("The connection to cnm-cni broke off");
    }

    [Feature("True answers: the history of containers that are gone, also after a kill")]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_plugin_that_failed_is_in_the_history_and_the_bug_report_and_no_secret_is()
    {
        engine.Fail();
        (await TryDockerAsync("run", "--name", "guest", "--network", Network, Image, "true")).ExitCode.Should().NotBe(0);
        engine.Work();
        await RunContainerAsync("web");

        var events = await CnmCniAsync("events", "--json");
        var report = await CnmCniAsync("bugreport", "--output", "/run/bridge-test/report.tar.gz");

        events.TrimEnd().Split('\n').Should().AllSatisfy(line => JsonSchemas.Require("event", line));
        events.Should().Contain("(redacted) is wrong").And.Contain("ask for another").And.NotContainAny(HistoryHost.Secrets);
        (await RunInShellAsync("cat /var/lib/cnm-cni/history/*")).Should().NotContainAny(HistoryHost.Secrets);
        report.Should().NotContainAny(HistoryHost.Secrets);
        (await RunInShellAsync("stat -c %a /run/bridge-test/report.tar.gz")).Trim().Should().Be("600");
        var names = await RunInShellAsync("tar -tzf /run/bridge-test/report.tar.gz");
        string[] parts =
        [
            "status.json", "settings.yaml", "history.jsonl", "journal/networks/", "journal/present/attachments/", "networks.json",
            "versions.txt", $"cni/etc/cni/net.d/{CniNetworks.FileName}", "docker/version.json", "docker/networks.json",
            "firewall/iptables.txt", "firewall/nftables.txt", "network/links.txt", "network/routes.txt", "host/kernel.txt",
        ];
        foreach (var part in parts)
            names.Should().Contain(part);

        var content = await RunInShellAsync("tar -xzOf /run/bridge-test/report.tar.gz");
        content.Should().NotContainAny(HistoryHost.Secrets).And.Contain("CNI-FORWARD").And.Contain(CniNetworks.Subnet)
            .And.Contain("ask for another");
        (await Host.BridgeAsync(["bugreport", "--output", "/run/bridge-test/report.tar.gz"], Cancellation)).ExitCode.Should().Be(1);
        (await CnmCniAsync("status")).Should().StartWith("All is well.");
    }

    private async Task<string> CnmCniAsync(params string[] arguments) =>
        (await Host.BridgeAsync(arguments, Cancellation)).EnsureSuccess().StandardOutput;

    private async Task<StoryView> StoryAsync(string target)
    {
        var text = await CnmCniAsync("log", target, "--json");
        JsonSchemas.Require("log", text);
        using var json = JsonDocument.Parse(text);
        return StoryView.Of(json.RootElement);
    }

    // Ends with the daemon.
    private Task FollowedAsync(string kind) => Eventually.TrueAsync(
        () => File.ReadAllText(Host.PathOf(Followed)).Contains($"\"{kind}\"", StringComparison.Ordinal), $"{kind} is followed");

    private Task<string> FollowAsync() =>
        RunInShellAsync($"nohup {CnmCniBinary.Require()} events --follow --since 1d --json > {Followed} 2>&1 < /dev/null &");

    private sealed record StoryView(IReadOnlyList<Tenure> Tenures, IReadOnlyList<string> Kinds, IReadOnlyList<string> Runs)
    {
        public static StoryView Of(JsonElement story)
        {
            var events = story.GetProperty("events").EnumerateArray().ToArray();
            return new(
                story.GetProperty("tenures").Deserialize<Tenure[]>(JsonSerializerOptions.Web)!,
                [.. events.Select(one => one.GetProperty("kind").GetString()!)],
                [.. events.Where(one => one.TryGetProperty("plugin", out _)).Select(one => one.GetProperty("plugin")).Select(run =>
                    $"{run.GetProperty("verb")} {run.GetProperty("type")} {run.GetProperty("outcome")}")]);
        }
    }

    private sealed record Tenure(
        string? Container, string CniNetwork, IReadOnlyList<string> Addresses, DateTimeOffset Since, DateTimeOffset? Until);
}
