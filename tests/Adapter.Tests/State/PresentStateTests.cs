using System.Text.Json;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;

namespace Bridge.Adapter.Tests.State;

/// <summary>
/// The present state of attachments and reservations survives the process, the durable records a power cut: each leads to the right
/// clean-up.
/// </summary>
public sealed class PresentStateTests : IDisposable
{
    private const string Stock = """
        { "cniVersion": "1.0.0", "name": "pods", "plugins": [
          { "type": "bridge", "ipam": { "type": "host-local" } }, { "type": "portmap" }, { "type": "firewall" } ] }
        """;

    private const string Chained = """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"bridge"},{"type":"linkerd-cni"}]}""";
    private const string OtherIpam = """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"bridge","ipam":{"type":"calico-ipam"}}]}""";

    private readonly string _root = Directory.CreateTempSubdirectory("journal").FullName;

    private string State => Path.Combine(_root, "state");

    private string Present => Path.Combine(_root, "run", "records");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void After_the_death_of_the_process_every_record_is_as_it_was()
    {
        var journal = Loaded();
        journal.Reservations.Bring(Reservation(ReservationPhase.Reserved) with { EndpointId = "e1" });
        journal.Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock) with { SandboxKey = "/run/netns/one" });

        var next = Loaded();

        next.Reservations.Find("c1")!.EndpointId.Should().Be("e1");
        next.Attachments.Find("e1").Should().Match<AttachmentRecord>(record =>
            record.Phase == AttachmentPhase.Joined && record.SandboxKey == "/run/netns/one");
    }

    [Theory]
    [InlineData(Stock, true, null)] // Its address is the reservation's, and all else ends with the kernel.
    [InlineData(Stock, false, "Adding")]
    [InlineData(Chained, true, "Joined")]
    [InlineData(Chained, false, "Joined")]
    public void A_power_cut_leaves_of_an_attachment_what_may_outlive_the_kernel(string chain, bool isReserved, string? left)
    {
        var attachment = Attachment(AttachmentPhase.Joined, chain) with
        {
            Reserved = isReserved ? ["10.1.0.2/16"] : [],
            BootId = "earlier",
        };
        var attachments = Loaded().Attachments;
        attachments.Enter(attachment, AttachmentPhase.Adding);
        attachments.Enter(attachment with { Result = Element("""{"cniVersion":"1.0.0"}""") }, AttachmentPhase.Joined);

        PowerIsCut();

        Loaded().Attachments.All.Select(record => $"{record.Phase}").Should().BeEquivalentTo(left is null ? [] : new[] { left });
    }

    [Theory]
    [InlineData(Stock, "Reserving")]
    [InlineData(OtherIpam, "Reserved")] // Its plugin may need the result to release the address.
    public void A_power_cut_leaves_of_a_reservation_what_releases_its_address(string configuration, string left)
    {
        var reservation = Reservation(ReservationPhase.Reserved) with { Configuration = Element(configuration), BootId = "earlier" };
        var reservations = Loaded().Reservations;
        reservations.Bring(reservation);
        reservations.Write(reservation with { EndpointId = "e1" });

        PowerIsCut();

        Loaded().Reservations.Find("c1")!.Phase.ToString().Should().Be(left);
    }

    [Fact]
    public void A_container_with_a_reserved_address_on_the_stock_chain_costs_one_durable_write()
    {
        var journal = Loaded();
        var durable = new HashSet<string>(); // Each write makes another file.
        void Step(Action step)
        {
            step();
            durable.UnionWith(Directory.GetFiles(State, "*.json", SearchOption.AllDirectories)
                .Select(file => $"{Path.GetRelativePath(State, file)} {File.GetLastWriteTimeUtc(file).Ticks}"));
        }

        var reservation = Reservation(ReservationPhase.Reserving);
        var attachment = Attachment(AttachmentPhase.Prepared, Stock) with { ContainerId = "c1", Reserved = ["10.1.0.2/16"] };
        Step(() => reservation = journal.Reservations.Enter(reservation, ReservationPhase.Reserving));
        Step(() => reservation = journal.Reservations.Enter(reservation, ReservationPhase.Reserved));
        Step(() => journal.Reservations.Write(reservation = reservation with { EndpointId = "e1" }));
        foreach (var phase in Enum.GetValues<AttachmentPhase>())
            Step(() => attachment = journal.Attachments.Enter(attachment, phase));

        Step(() => journal.Attachments.Remove("e1"));
        Step(() => reservation = journal.Reservations.Enter(reservation, ReservationPhase.Releasing));
        Step(() => journal.Reservations.Remove("c1"));

        durable.Should().ContainSingle().Which.Should().StartWith("reservations/c1.json");
        Directory.GetFiles(_root, "*.json", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void What_was_begun_in_this_boot_and_has_lost_its_present_state_is_not_believed_to_be_unfinished()
    {
        Loaded().Reservations.Bring(Reservation(ReservationPhase.Reserved));
        PowerIsCut(); // Not so: the directory was removed by hand, and the container runs.

        var next = Journal();

        next.Load().Should().ContainSingle().Which.Reason.Should().Contain("present state").And.Contain("may be in use");
        next.Reservations.All.Should().BeEmpty("its address must not be released");
        next.Reservations.IsUnreadable("c1").Should().BeTrue();
        Journal().Load().Should().ContainSingle("it is told again at the next start");
    }

    [Fact]
    public void A_damaged_present_record_is_not_replaced_by_an_older_state_of_it()
    {
        Loaded().Reservations.Bring(Reservation(ReservationPhase.Reserved));
        File.WriteAllText(Path.Combine(Present, "reservations", "c1.json"), "{");

        for (var start = 0; start < 2; start++)
        {
            var next = Journal();
            next.Load().Should().ContainSingle().Which.File.Should().Be(Path.Combine(Present, "reservations", "c1.json.unreadable"));
            next.Reservations.All.Should().BeEmpty();
        }
    }

    [Fact]
    public void A_present_record_that_a_power_cut_has_torn_gives_way_to_the_durable_one()
    {
        Loaded().Reservations.Bring(Reservation(ReservationPhase.Reserved) with { BootId = "earlier" });
        File.WriteAllText(Path.Combine(Present, "reservations", "c1.json"), ""); // The run directory is on a disk.

        var next = Journal();

        next.Load().Should().ContainSingle();
        next.Reservations.Find("c1")!.Phase.Should().Be(ReservationPhase.Reserving);
        next.Reservations.IsUnreadable("c1").Should().BeFalse();
    }

    [Fact]
    public void Records_of_a_version_that_had_only_durable_ones_are_taken_over()
    {
        var reservation = Reservation(ReservationPhase.Reserved);
        Directory.CreateDirectory(Path.Combine(State, "reservations"));
        File.WriteAllBytes(Path.Combine(State, "reservations", "c1.json"), RecordKinds.Reservation.Write(reservation));

        var journal = Loaded();

        journal.Reservations.Find("c1")!.Phase.Should().Be(ReservationPhase.Reserved);
        journal.Reservations.Missing.Should().BeEmpty();
        journal.Reservations.Enter(reservation, ReservationPhase.Releasing);
        journal.Reservations.Remove("c1");
        Loaded().Reservations.All.Should().BeEmpty();
    }

    [Theory]
    [InlineData("state/reservations")]
    [InlineData("run/records/reservations")]
    [InlineData("run")]
    public void A_record_of_which_either_file_is_taken_away_is_written_again(string directory)
    {
        var journal = Loaded();
        journal.Reservations.Bring(Reservation(ReservationPhase.Reserved));
        Directory.Delete(Path.Combine(_root, directory), recursive: true);

        journal.Reservations.Missing.Should().Equal("c1");
        journal.Reservations.Rewrite("c1").Should().BeTrue();

        journal.Reservations.Missing.Should().BeEmpty();
        Loaded().Reservations.Find("c1")!.Phase.Should().Be(ReservationPhase.Reserved);
    }

    [Fact]
    public void Work_goes_on_while_the_run_directory_is_gone()
    {
        var journal = Loaded();
        Directory.Delete(Path.Combine(_root, "run"), recursive: true);

        journal.Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock));

        Loaded().Attachments.Find("e1")!.Phase.Should().Be(AttachmentPhase.Joined);
    }

    [Fact]
    public void What_cannot_be_made_durable_is_not_in_the_present_state_either()
    {
        var journal = Loaded();
        Directory.CreateDirectory(Path.Combine(State, "reservations", "c1.json.new", "in-the-way"));

        journal.Invoking(all => all.Reservations.Enter(Reservation(ReservationPhase.Reserving), ReservationPhase.Reserving))
            .Should().Throw<JournalException>().WithMessage($"{State}/reservations cannot be written*");

        journal.Reservations.All.Should().BeEmpty();
        Directory.GetFiles(Path.Combine(Present, "reservations")).Should().BeEmpty();
    }

    [Fact]
    public void A_clean_up_goes_on_when_its_present_state_cannot_be_written()
    {
        var unwritten = new List<string>();
        var journal = new Journal(State, Present, (file, _) => unwritten.Add(file));
        journal.Load();
        journal.Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock));
        Directory.CreateDirectory(Path.Combine(Present, "attachments", "e1.json.new", "in-the-way"));

        var deleting = journal.Attachments.Enter(journal.Attachments.Find("e1")!, AttachmentPhase.Deleting);

        journal.Attachments.Find("e1").Should().Be(deleting);
        unwritten.Should().Equal(Path.Combine(Present, "attachments", "e1.json"));
        journal.Attachments.Remove("e1");
        journal.Attachments.All.Should().BeEmpty();
    }

    [Fact]
    public void Another_process_sees_the_present_state_and_what_is_durable_alone()
    {
        var journal = Loaded();
        journal.Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock));
        journal.Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock) with { EndpointId = "e2" });
        File.Delete(Path.Combine(Present, "attachments", "e2.json"));

        var (records, unreadable) = Journal().Attachments.Peek();

        unreadable.Should().BeEmpty();
        records.Select(record => (record.Id, record.Phase)).Should().BeEquivalentTo(
            [("e1", AttachmentPhase.Joined), ("e2", AttachmentPhase.Adding)]);
    }

    [Fact]
    public void Only_root_can_read_the_present_state()
    {
        Loaded().Attachments.Bring(Attachment(AttachmentPhase.Joined, Stock));

        var directory = Path.Combine(Present, "attachments");
        File.GetUnixFileMode(directory).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(directory, "e1.json")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    // The file system of /run ends with the machine.
    private void PowerIsCut() => Directory.Delete(Path.Combine(_root, "run"), recursive: true);

    private Journal Journal() => new(State, Present);

    private Journal Loaded()
    {
        var journal = Journal();
        journal.Load().Should().BeEmpty();
        return journal;
    }

    private static AttachmentRecord Attachment(AttachmentPhase phase, string configuration) =>
        Records.Joined("e1") with { Phase = phase, BootId = BootId.Current(), Configuration = Element(configuration) };

    private static ReservationRecord Reservation(ReservationPhase phase) => new("c1", "pods")
    {
        Phase = phase,
        BootId = BootId.Current(),
        Since = DateTimeOffset.UnixEpoch,
        Configuration = Element(Stock),
    };

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
