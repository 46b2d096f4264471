using System.Net;
using System.Text.Json;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;

namespace Bridge.Adapter.Tests.State;

/// <summary>What calls look up is found by its key, however many attachments there are.</summary>
public sealed class JournalIndexTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;
    private readonly Journal _journal;

    public JournalIndexTests()
    {
        _journal = new Journal(_directory, Path.Combine(_directory, "records"));
        _journal.Load();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void An_attachment_is_found_by_container_sandbox_address_and_MAC_and_no_longer_by_what_it_had()
    {
        var record = Records.Joined("e1") with
        {
            ContainerId = "c1",
            SandboxKey = "/run/netns/one",
            Snapshot = new LinkSnapshot("eth0", "02:00:00:00:00:01", 1500, "veth") { Addresses = [new LinkAddress("10.1.0.2", 16)] },
        };
        _journal.Attachments.Bring(record);

        _journal.UserOf("c1")!.Id.Should().Be("e1");
        _journal.AttachmentsIn("/run/netns/one").Should().ContainSingle();
        _journal.AttachmentsWith(IPAddress.Parse("10.1.0.2")).Should().ContainSingle();
        _journal.AttachmentsWith("02:00:00:00:00:01").Should().ContainSingle();

        _journal.Attachments.Write(record with { SandboxKey = "/run/netns/two", Snapshot = null, Reserved = ["fd00::0002/64"] });

        _journal.AttachmentsIn("/run/netns/one").Should().BeEmpty();
        _journal.AttachmentsIn("/run/netns/two").Should().ContainSingle();
        _journal.AttachmentsWith(IPAddress.Parse("10.1.0.2")).Should().BeEmpty();
        _journal.AttachmentsWith(IPAddress.Parse("fd00::2")).Should().ContainSingle();
        _journal.AttachmentsWith("02:00:00:00:00:01").Should().BeEmpty();

        _journal.Attachments.Enter(record, AttachmentPhase.Deleting);
        _journal.Attachments.Remove("e1");

        _journal.UserOf("c1").Should().BeNull();
        _journal.AttachmentsIn("/run/netns/two").Should().BeEmpty();
        _journal.AttachmentsWith(IPAddress.Parse("fd00::2")).Should().BeEmpty();
    }

    [Fact]
    public void A_name_counts_alone_where_it_is_the_beginning_of_an_id_too()
    {
        _journal.Attachments.Bring(Records.Joined("a1") with { ContainerName = "db" });
        _journal.Attachments.Bring(Records.Joined("db01") with { ContainerName = "web" });

        _journal.FindByTarget("db").Select(record => record.EndpointId).Should().Equal("a1");
        _journal.FindByTarget("").Should().BeEmpty();
        _journal.FindByTarget("db0").Select(record => record.EndpointId).Should().Equal("db01");
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16","gateway":"10.1.0.1"}]}""")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.2/16"}}""")]
    public void Before_the_link_is_read_an_attachment_is_found_by_the_addresses_of_its_result(string result)
    {
        _journal.Attachments.Write(Records.Joined("e1") with { Phase = AttachmentPhase.Adding, Result = Element(result) });

        _journal.AttachmentsWith(IPAddress.Parse("10.1.0.2")).Should().ContainSingle();
    }

    [Fact]
    public void A_reservation_is_found_by_address_MAC_and_endpoint_also_after_a_restart()
    {
        _journal.Reservations.Bring(Reservation("c1", "10.1.0.2/16") with { Mac = "02:00:00:00:00:01" });
        _journal.Reservations.Write(_journal.Reservations.Find("c1")! with { EndpointId = "e1" });

        foreach (var journal in new[] { _journal, Restarted() })
        {
            journal.ReservationsOf(IPAddress.Parse("10.1.0.2")).Should().ContainSingle();
            journal.ReservationsFor("02:00:00:00:00:01").Should().ContainSingle();
            journal.AdoptedBy("e1")!.Id.Should().Be("c1");
        }
    }

    [Fact]
    public void Records_of_one_network_have_one_configuration_in_memory_that_is_parsed_once()
    {
        for (var number = 0; number < 3; number++)
            _journal.Reservations.Bring(Reservation($"c{number}", $"10.1.0.{number + 2}/16"));

        foreach (var journal in new[] { _journal, Restarted() })
        {
            var configurations = journal.Reservations.All.Select(record => record.Configuration).ToArray();
            configurations.Should().HaveCount(3).And.OnlyContain(one => ReferenceEquals(one, configurations[0]));
            var parses = 0;
            var parsed = configurations.Select(one => one.Parsed(_ => new string('x', ++parses))).ToArray();
            parses.Should().Be(1);
            parsed.Should().OnlyContain(one => ReferenceEquals(one, parsed[0]));
        }
    }

    [Fact]
    public void What_was_made_of_a_configuration_outlives_changes_of_the_record_and_not_one_of_the_configuration()
    {
        var record = Reservation("c1", "10.1.0.2/16");
        var parsed = record.Configuration.Parsed(_ => new string('x', 1));

        (record with { EndpointId = "e1" }).Configuration.Parsed(_ => "another").Should().BeSameAs(parsed);
        (record with { Configuration = Element("""{"name":"other"}""") }).Configuration.Parsed(_ => "another").Should().Be("another");
    }

    [Fact]
    public void A_lookup_looks_at_no_record_but_those_it_returns()
    {
        var looks = 0;
        var index = new RecordIndex<ReservationRecord>(record =>
        {
            looks++;
            return record.Addresses.Select(address => address.Ip);
        });
        for (var number = 0; number < 1_000; number++)
            index.Replace(null, Reservation($"c{number}", $"10.{number >> 8}.{number & 255}.2/8"));

        looks.Should().Be(1_000);
        index["10.3.100.2"].Should().ContainSingle().Which.ContainerId.Should().Be("c868");
        index["10.9.9.9"].Should().BeEmpty();
        looks.Should().Be(1_000, "a search asks records for their keys");
    }

    private Journal Restarted()
    {
        var journal = new Journal(_directory, Path.Combine(_directory, "records"));
        journal.Load().Should().BeEmpty();
        return journal;
    }

    private static ReservationRecord Reservation(string id, string cidr) => new(id, "pods")
    {
        Phase = ReservationPhase.Reserved,
        BootId = BootId.Current(),
        Since = DateTimeOffset.UnixEpoch,
        Configuration = Element("""{"name":"pods","plugins":[{"type":"bridge","ipam":{"type":"host-local"}}]}"""),
        Addresses = [new ReservedAddress(cidr, IsClaimed: true)],
    };

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
