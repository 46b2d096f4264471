using System.Text.Json;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>`cnm-cni repair` over the socket: what it finds, what it does, and what it leaves alone.</summary>
[Collection("links of the host")]
public sealed class RepairTests
{
    private const string Stranger = "5a1d0b0f7e572e2eee1ec58dd2a7d3a0";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_dry_run_reports_everything_and_changes_nothing()
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", "e9", "lost");
        bench.AddAttachment("10.66.0.5/24"); // Of which Docker knows nothing.
        bench.AddReservation("10.66.0.6/24");
        bench.Journal.Networks.Write(new NetworkRecord("ab".PadRight(64, '0'), "pods", IpamMode.Null));
        bench.WriteOwner("10.66.0.6", Stranger);
        await File.WriteAllTextAsync(Path.Combine(bench.Settings.PresentRecords, "attachments", "e7.json"), "{", Cancellation);
        bench.WriteOwner("10.66.0.5", RepairBench.EndpointId);
        await bench.StartAsync(Cancellation);
        File.Delete(Path.Combine(bench.Store, "10.66.0.5"));
        bench.MountNamespace("0rphan");
        var before = bench.Everything();

        var response = await bench.RepairAsync(dryRun: true);

        response.Problems.Should().BeEmpty();
        response.Findings.Select(finding => (finding.Kind, finding.State)).Should().BeEquivalentTo([
            ("forgotten-network", FindingState.WouldBeRepaired),
            ("forgotten-attachment", FindingState.WouldBeRepaired),
            ("unrecorded-endpoint", FindingState.Reported),
            ("unused-reservation", FindingState.WouldBeRepaired),
            ("unreadable-record", FindingState.Reported),
            ("orphaned-namespace", FindingState.Reported), // It may be that of the record which cannot be read.
            ("stolen-address", FindingState.WouldBeRepaired),
            ("contested-address", FindingState.Reported)]);
        bench.Everything().Should().Equal(before);
        bench.Docker.Script.Questions.Should().OnlyContain(question => question.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.66.0.5/24")]
    [InlineData("10.66.0.5/24", "fd00:66::5/64")]
    public async Task An_address_that_is_missing_in_the_store_is_reserved_again_by_the_plugin(params string[] cidrs)
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        var record = bench.AddAttachment(cidrs);
        foreach (var cidr in cidrs)
            bench.WriteOwner(cidr.Split('/')[0], record.ContainerId);

        await bench.StartAsync(Cancellation);
        File.Delete(Path.Combine(bench.Store, "10.66.0.5"));

        var finding = (await bench.RepairAsync(dryRun: false)).Findings.Single(finding => finding.Kind == "stolen-address");

        finding.State.Should().Be(FindingState.Repaired);
        finding.What.Should().Contain("web");
        Addresses(bench).Should().BeEquivalentTo(cidrs.Select(cidr => cidr.Split('/')[0]));
        Addresses(bench).Select(bench.OwnerOf).Should().OnlyContain(owner => owner == $"{record.ContainerId}\r\neth0");
        (await bench.RepairAsync(dryRun: true)).Findings.Should().NotContain(other => other.Kind == "stolen-address");
    }

    [Theory]
    [InlineData("last_reserved_ip.0", true)]
    [InlineData("lock", false)] // Nothing shows that it is this network's: it may be left from another of the name.
    public async Task An_address_of_a_delegating_plugin_is_reserved_again_where_its_store_is_known(string written, bool isRepaired)
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        var record = bench.Attachment("10.66.0.5/24") with { Configuration = bench.DelegatingConfiguration };
        bench.Journal.Attachments.Bring(record);
        bench.MountNamespace(record.ContainerId);
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        await File.WriteAllTextAsync(Path.Combine(bench.Store, written), "10.66.0.5", Cancellation);
        await bench.StartAsync(Cancellation);
        File.Delete(Path.Combine(bench.Store, "10.66.0.5"));

        var findings = (await bench.RepairAsync(dryRun: false)).Findings.Where(finding => finding.Kind == "stolen-address").ToArray();

        findings.Select(finding => finding.State).Should().Equal(isRepaired ? [FindingState.Repaired] : []);
        bench.OwnerOf("10.66.0.5").Should().Be(isRepaired ? $"{record.ContainerId}\r\neth0" : "nobody");
    }

    [Theory]
    [InlineData("pods", "10.66.0.5", 1)]
    [InlineData("pods", "fd00:66::5", 1)]
    [InlineData("pods", "10.66.0.6", 0)]
    [InlineData("lan", "10.66.0.5", 0)] // Another network may have the same addresses.
    public async Task Two_containers_with_the_same_address_are_reported(string cniNetwork, string address, int findings)
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        bench.Journal.Attachments.Bring(bench.Attachment("10.66.0.5/24") with { Snapshot = Having("10.66.0.5", "fd00:66::5", "fe80::1") });
        bench.Journal.Attachments.Bring(bench.Attachment("10.66.0.5/24") with
        {
            EndpointId = RepairBench.EndpointId.Replace('a', 'b'), ContainerName = "db", CniNetwork = cniNetwork,
            Snapshot = Having(address, "fe80::1"), Since = TimeProvider.System.GetUtcNow(),
        });
        await bench.StartAsync(Cancellation);

        var found = (await bench.RepairAsync(dryRun: true)).Findings.Where(finding => finding.Kind == "shared-address").ToArray();

        found.Select(finding => (finding.What[..12], finding.Why)).Should().Equal(
            Enumerable.Repeat(("container db", $"web has {address} as well"), findings));
    }

    [Fact]
    public async Task Addresses_reserved_for_networks_of_other_drivers_are_in_the_status()
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        var record = bench.AddReservation("10.66.0.5/24");
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        await bench.StartAsync(Cancellation);

        var network = (await bench.StatusAsync()).CniNetworks.Should().ContainSingle().Subject;

        network.Name.Should().Be("pods");
        network.Neighbours.Should().ContainSingle().Which.Addresses.Should().Equal("10.66.0.5");
    }

    private static LinkSnapshot Having(params string[] addresses) =>
        new("eth0", "02:00:00:00:00:01", 1500, "veth",
            7) { Addresses = [.. addresses.Select(address => new LinkAddress(address, address.Contains(':') ? 64 : 24))] };

    [Fact]
    public async Task A_reservation_gets_its_address_again_whatever_address_was_requested_at_first()
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        var record = bench.AddReservation("10.66.0.99/24");
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");
        bench.Journal.Attachments.Bring(
            bench.Attachment("10.66.0.99/24") with { ContainerId = record.ContainerId, Reserved = ["10.66.0.99/24"] });
        bench.WriteOwner("10.66.0.99", record.ContainerId);
        await bench.StartAsync(Cancellation);
        Directory.Delete(bench.Store, recursive: true);

        var finding = (await bench.RepairAsync(dryRun: false)).Findings.Single(finding => finding.Kind == "stolen-address");

        finding.What.Should().Contain("web");
        finding.Done.Should().Contain("10.66.0.99");
        finding.State.Should().Be(FindingState.Repaired);
        bench.OwnerOf("10.66.0.99").Should().StartWith(record.ContainerId);
    }

    [Fact]
    public async Task An_address_that_another_owner_has_by_now_is_reported_and_stays()
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        var record = bench.AddAttachment("10.66.0.5/24");
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        await bench.StartAsync(Cancellation);
        bench.WriteOwner("10.66.0.5", Stranger);

        var finding = (await bench.RepairAsync(dryRun: false)).Findings.Single(finding => finding.Kind == "contested-address");

        finding.State.Should().Be(FindingState.Reported);
        (finding.Why + finding.Done).Should().ContainAll(Stranger, "docker restart web");
        bench.OwnerOf("10.66.0.5").Should().StartWith(Stranger);
        (await bench.StatusAsync()).Findings.Should().ContainSingle(other => other.Kind == "contested-address");
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        await bench.RepairAsync(dryRun: false);
        (await bench.StatusAsync()).Findings.Should().NotContain(other => other.Kind == "contested-address");
    }

    [Fact]
    public async Task A_finding_that_outlasts_its_grace_period_is_repaired_before_the_command_answers()
    {
        await using var bench = await RepairBench.PrepareAsync(Short);
        bench.Docker.AddNetwork("pods", "cni", "pods");
        var record = bench.AddAttachment("10.66.0.5/24");
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        bench.Docker.AddEndpoint("pods", record.EndpointId, "web");
        await bench.StartAsync(Cancellation);
        bench.MountNamespace("0rphan");

        var response = await bench.RepairAsync(dryRun: false);

        response.Findings.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Kind = "orphaned-namespace", State = FindingState.Repaired });
        File.Exists(Path.Combine(bench.Settings.RunDirectory, "netns", "0rphan")).Should().BeFalse();
        File.Exists(Path.Combine(bench.Settings.RunDirectory, "netns", record.ContainerId)).Should().BeTrue();
    }

    [Fact]
    public async Task A_container_without_a_record_is_reported_with_the_command_that_restores_it()
    {
        await using var bench = await RepairBench.PrepareAsync(Short);
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", "e9", "lost");
        await bench.StartAsync(Cancellation);

        var finding = (await bench.RepairAsync(dryRun: false)).Findings.Should().ContainSingle().Subject;

        finding.Kind.Should().Be("unrecorded-endpoint");
        finding.State.Should().Be(FindingState.Reported);
        finding.Done.Should().Contain("docker restart lost");
    }

    [Fact]
    public async Task When_Docker_does_not_answer_that_is_reported_and_the_other_inspections_run()
    {
        await using var bench = await RepairBench.PrepareAsync(Short);
        var record = bench.AddAttachment("10.66.0.5/24");
        bench.WriteOwner("10.66.0.5", Stranger);
        bench.Docker.Script.Answers["GET /networks"] = ScriptedSocket.Json("""{"message":"the quarry is shut"}""", 500);
        await bench.StartAsync(Cancellation);

        var response = await bench.RepairAsync(dryRun: false);

        response.Problems.Should().ContainSingle().Which.Should().Contain("the quarry is shut");
        response.Findings.Should().ContainSingle(finding => finding.Kind == "contested-address");
        File.Exists(Path.Combine(bench.Settings.PresentRecords, "attachments", $"{record.EndpointId}.json")).Should().BeTrue();
    }

    [Fact]
    public async Task A_clean_up_that_always_fails_can_be_abandoned_and_its_address_is_released()
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        bench.WritePlugin("""echo '{"code": 117, "msg": "the quarry is shut"}'; exit 1""");
        var record = bench.AddAttachment("10.66.0.5/24");
        bench.Journal.Attachments.Bring(
            record with { Phase = AttachmentPhase.Deleting, PublishedPorts = [new PortMapping(18080, 80, "tcp", "")] });
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        bench.WriteOwner("10.66.0.6", Stranger);
        await bench.StartAsync(Cancellation);
        (await bench.RepairAsync(dryRun: false)).Findings.Should().ContainSingle(
            finding => finding.Kind == "pending-cleanup" && finding.State == FindingState.Failed);

        var (_, body) = await bench.Daemon.PostAsync("Bridge.Forget", """{"target":"web"}""");

        var forgotten = JsonSerializer.Deserialize(body, ControlJson.Default.ForgetResponse)!;
        string.Join(' ', forgotten.GivenUp).Should().ContainAll(
            "DEL of main", "the quarry is shut", "18080/tcp", "has released its addresses");
        Addresses(bench).Should().Equal("10.66.0.6");
        Directory.GetFiles(Path.Combine(bench.Settings.PresentRecords, "attachments")).Should().BeEmpty();
        Directory.GetFiles(Path.Combine(bench.Settings.RunDirectory, "netns")).Should().BeEmpty();
        (await bench.StatusAsync()).PendingCleanups.Should().BeEmpty();
    }

    [Theory]
    [InlineData("web", "docker rm --force")]
    [InlineData("nobody", "is called \\u0022nobody\\u0022")]
    [InlineData("", "is missing")]
    public async Task An_attachment_in_use_cannot_be_abandoned(string target, string sentence)
    {
        await using var bench = await RepairBench.PrepareAsync(Never);
        bench.AddAttachment("10.66.0.5/24");
        await bench.StartAsync(Cancellation);

        var (status, body) = await bench.Daemon.PostAsync("Bridge.Forget", $$"""{"target":"{{target}}"}""");

        status.Should().Be(500);
        body.Should().Contain(sentence);
        Directory.GetFiles(Path.Combine(bench.Settings.PresentRecords, "attachments")).Should().ContainSingle();
    }

    private static IEnumerable<string> Addresses(RepairBench bench) =>
        Directory.GetFiles(bench.Store).Select(file => Path.GetFileName(file)).Where(name => System.Net.IPAddress.TryParse(name, out _))
            .Order(StringComparer.Ordinal);
}
