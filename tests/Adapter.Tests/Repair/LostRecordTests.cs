using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.State;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>
/// That there is no record is no proof that there is nothing: what a damaged or lost one stood for keeps its address and its namespace.
/// </summary>
[Collection("links of the host")]
public sealed class LostRecordTests
{
    private static readonly TimeSpan None = TimeSpan.Zero;

    [Theory]
    [InlineData("removed", null, true)]
    [InlineData("empty", "", true)]
    [InlineData("empty", "", false)]
    [InlineData("newer", """{"Version":1000}""", true)]
    [InlineData("newer", """{"Version":1000}""", false)]
    [InlineData("damaged", """{"Version":3,"EndpointId":"e1"}""", false)]
    public async Task An_address_stays_reserved_for_an_endpoint_whose_record_is_lost(string how, string? content, bool dockerHasIt)
    {
        await using var bench = await RepairBench.PrepareAsync(None);
        bench.Docker.AddNetwork("pods", "cni", "pods");
        var record = bench.AddReservation("10.66.0.6/24");
        bench.Journal.Reservations.Write(record with { EndpointId = RepairBench.EndpointId });
        bench.WriteOwner("10.66.0.6", record.ContainerId);
        if (content is not null)
            await File.WriteAllTextAsync(bench.PathOf($"run/records/attachments/{RepairBench.EndpointId}.json"), content, Cancellation);

        if (dockerHasIt)
            bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");

        await bench.StartAsync(Cancellation);
        var response = await bench.RepairAsync(dryRun: false);

        response.Problems.Should().BeEmpty(how);
        response.Findings.Should().NotContain(finding => finding.Kind == "unused-reservation");
        response.Findings.Should().Contain(finding => finding.State == FindingState.Reported);
        bench.OwnerOf("10.66.0.6").Should().StartWith(record.ContainerId);
        File.Exists(Path.Combine(bench.Settings.RunDirectory, "netns", record.ContainerId)).Should().BeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_lost_reservation_is_restored_from_its_attachment_and_released_when_Docker_releases_it(string? content)
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");
        bench.MountNamespace(RepairBench.ReservationId);
        bench.Journal.Attachments.Write(bench.Attachment("10.66.0.6/24") with
        {
            Phase = AttachmentPhase.Prepared,
            ContainerId = RepairBench.ReservationId,
            Reserved = ["10.66.0.6/24"],
            Addresses = ["10.66.0.6/24"],
        });
        bench.WriteOwner("10.66.0.6", RepairBench.ReservationId);
        var file = bench.PathOf($"run/records/reservations/{RepairBench.ReservationId}.json");
        if (content is not null)
            await File.WriteAllTextAsync(file, content, Cancellation);

        await bench.StartAsync(Cancellation);
        File.ReadAllText(file).Should().Contain("10.66.0.6/24");
        await bench.Daemon.PostAsync(
            "NetworkDriver.DeleteEndpoint", $$"""{"NetworkID":"{{RepairBench.NetworkId}}","EndpointID":"{{RepairBench.EndpointId}}"}""");
        (await bench.Daemon.PostAsync("IpamDriver.ReleaseAddress", """{"PoolID":"pods/10.66.0.0/24","Address":"10.66.0.6"}""")).Body
            .Should().Be("{}");

        bench.OwnerOf("10.66.0.6").Should().Be("nobody");
        File.Exists(file).Should().BeFalse();
    }

    [Fact]
    public async Task A_damaged_record_does_not_hide_the_others_in_status()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        bench.Docker.AddNetwork("pods", "cni", "pods");
        var record = bench.AddAttachment("10.66.0.5/24");
        const string Senseless = "e2000000000000000000000000000000000000000000000000000000000000aa";
        var other =
            bench.Attachment("10.66.0.7/24") with { EndpointId = Senseless, ContainerId = Senseless, Phase = AttachmentPhase.Adding };
        bench.Journal.Attachments.Write(other);
        bench.Journal.Attachments.Write(other with { Phase = AttachmentPhase.Joined });

        var file = bench.PathOf($"run/records/attachments/{Senseless}.json");
        await SealedRecords.ChangeAsync(file, "\"plugins\":[", "\"plugins\":7,\"other\":[");
        bench.Docker.AddEndpoint("pods", record.EndpointId, "web");
        await bench.StartAsync(Cancellation);

        var status = await bench.StatusAsync();

        status.Endpoints.Should().HaveCount(2);
        status.Endpoints.Single(endpoint => endpoint.EndpointId == Senseless).ArrivalProblem.Should().Contain("makes no sense");
        (await bench.RepairAsync(dryRun: true)).Problems.Should().BeEmpty();
    }
}
