using System.Text.Json;
using Bridge.Adapter.History;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.State;

namespace Bridge.Adapter.Tests.History;

/// <summary>What the journal records becomes events, in its order, and nothing else does.</summary>
public sealed class JournalHistoryTests : IDisposable
{
    private static readonly PortMapping Port = new(8080, 80, "tcp", "");

    private readonly AdapterSettings _settings = new() { StateDirectory = Directory.CreateTempSubdirectory("history-").FullName };
    private readonly HistoryLog _history;
    private readonly Journal _journal;

    public JournalHistoryTests()
    {
        _history = new HistoryLog(_settings, TimeProvider.System);
        _journal = new Journal(_settings.StateDirectory, Path.Combine(_settings.StateDirectory, "records"));
        _journal.Load();
        new JournalHistory(_history).Observe(_journal);
    }

    private static AttachmentRecord Attachment => Records.Joined("e1") with
    {
        Snapshot = new LinkSnapshot("eth0", "02:00:00:00:00:01", 1500, "veth") { Addresses = [new LinkAddress("10.88.0.2", 16)] },
    };

    public void Dispose()
    {
        _history.Dispose();
        Directory.Delete(_settings.StateDirectory, recursive: true);
    }

    [Fact]
    public void A_container_has_its_address_from_attached_to_detached_and_its_name_from_when_Docker_says_it()
    {
        _journal.Attachments.Bring(Attachment);
        var named = Attachment with { ContainerName = "web" };
        _journal.Attachments.Write(named);
        _journal.Attachments.Enter(named, AttachmentPhase.Deleting);
        _journal.Attachments.Remove("e1");

        Kinds().Should().Equal(
            HistoryEventKind.Attached, HistoryEventKind.Named, HistoryEventKind.Detaching, HistoryEventKind.Detached);
        Events().Should().AllSatisfy(one => one.Addresses.Should().Equal("10.88.0.2/16"));
        Events()[^1].Container.Should().Be("web");
    }

    [Fact]
    public void Published_ports_are_an_event_when_their_plugins_have_succeeded()
    {
        _journal.Attachments.Bring(Attachment);
        var published = Attachment with { PublishedPorts = [Port] };
        _journal.Attachments.Write(published); // The intent.
        _journal.Attachments.Write(published); // The result.
        _journal.Attachments.Write(published with { ContainerName = "web" });
        _journal.Attachments.Keep(Attachment with { ContainerName = "web" });

        Kinds().Should().Equal(
            HistoryEventKind.Attached, HistoryEventKind.PortsPublished, HistoryEventKind.Named, HistoryEventKind.PortsUnpublished);
        Events()[1].Ports.Should().Equal(new HistoryPort(8080, 80, "tcp"));
    }

    [Fact]
    public void Ports_whose_plugin_failed_were_never_published()
    {
        _journal.Attachments.Bring(Attachment);
        _journal.Attachments.Write(Attachment with { PublishedPorts = [Port] });
        _journal.Attachments.Keep(Attachment);

        Kinds().Should().Equal(HistoryEventKind.Attached);
    }

    [Fact]
    public void A_reserved_address_is_an_event_when_the_plugin_gave_it_and_when_it_is_released()
    {
        var reservation = new ReservationRecord("f2", "pods")
        {
            Phase = ReservationPhase.Reserved, BootId = "boot", Since = DateTimeOffset.UnixEpoch,
            Configuration = Attachment.Configuration, Addresses = [new ReservedAddress("10.88.0.3/16", IsClaimed: true)],
        };
        _journal.Reservations.Bring(reservation);
        _journal.Reservations.Write(reservation with { EndpointId = "e1" });
        _journal.Reservations.Enter(reservation with { EndpointId = "e1" }, ReservationPhase.Releasing);
        _journal.Reservations.NoteFailedCleanup(_journal.Reservations.Find("f2")!, "plugin failed: token=hunter2-Zq81");
        _journal.Reservations.Remove("f2");

        Kinds().Should().Equal(
            HistoryEventKind.AddressReserved, HistoryEventKind.CleanupFailed, HistoryEventKind.AddressReleased);
        Events()[1].Should().BeEquivalentTo(new { Count = 1L, Text = "plugin failed: token=(redacted)" });
        Events()[2].EndpointId.Should().Be("e1");
    }

    [Fact]
    public void A_clean_up_that_fails_tells_no_secret_of_its_configuration_although_no_plugin_run_was_kept()
    {
        using var configuration = JsonDocument.Parse("""{"plugins":[{"type":"bridge","password":"hunter2-Zq81"}]}""");
        var record = Attachment with
        {
            Configuration = configuration.RootElement.Clone(), Arguments = [new CniArgument("API_TOKEN", "opensesame-1")],
        };
        _journal.Attachments.Bring(record);
        _journal.Attachments.Enter(record, AttachmentPhase.Deleting);
        _journal.Attachments.NoteFailedCleanup(_journal.Attachments.Find("e1")!, "login with hunter2-Zq81 and opensesame-1 failed");

        Events()[^1].Text.Should().Be("login with (redacted) and (redacted) failed");
    }

    [Fact]
    public void A_warm_attachment_that_is_taken_and_comes_back_changes_hands_by_two_events()
    {
        var facts = new LinkFacts([], []);
        var owned = Attachment with { ContainerId = "w1", AsMade = facts };
        var warm = new AttachmentRecord("w1", "57c2", "pods")
        {
            Phase = AttachmentPhase.Added, BootId = owned.BootId, Since = owned.Since, InterfaceName = owned.InterfaceName,
            HostInterfaceName = owned.HostInterfaceName, Configuration = owned.Configuration, ContainerId = "w1",
            Snapshot = owned.Snapshot, WarmSince = DateTimeOffset.UnixEpoch, AsMade = facts,
        };
        _journal.Attachments.Write(warm with { Phase = AttachmentPhase.Adding });
        _journal.Attachments.Write(warm);
        _journal.Attachments.ChangeHands(owned, "w1");
        _journal.Attachments.Enter(owned, AttachmentPhase.Joined);
        _journal.Attachments.ChangeHands(warm, "e1");

        Events().Select(one => (one.Kind, one.EndpointId)).Should().Equal(
            (HistoryEventKind.MadeAhead, "w1"), (HistoryEventKind.Attached, "e1"), (HistoryEventKind.MadeAhead, "w1"),
            (HistoryEventKind.Detached, "e1"));
    }

    [Fact]
    public void Networks_are_made_and_removed()
    {
        _journal.Networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Cni));
        _journal.Networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Cni) { UnlistedSince = DateTimeOffset.UnixEpoch });
        _journal.Networks.Remove("57c2");

        Kinds().Should().Equal(HistoryEventKind.NetworkMade, HistoryEventKind.NetworkRemoved);
    }

    [Fact]
    public void What_was_there_at_the_start_is_no_event()
    {
        _journal.Attachments.Bring(Attachment);
        var next = new Journal(_settings.StateDirectory, Path.Combine(_settings.StateDirectory, "records"));
        new JournalHistory(_history).Observe(next);
        next.Load();

        next.Attachments.All.Should().ContainSingle();
        Kinds().Should().Equal(HistoryEventKind.Attached);
    }

    private HistoryEventKind[] Kinds() => [.. Events().Select(one => one.Kind)];

    private HistoryEvent[] Events()
    {
        _history.Dispose();
        return [.. new HistoryReader(_settings.HistoryDirectory).Read()];
    }
}
