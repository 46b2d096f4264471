using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>A damaged record is no record: it is set aside and told, and never believed, whatever has become of its bytes.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    public static TheoryData<string> Kinds => ["attachments", "reservations", "networks"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_bit_that_turns_over_is_noticed(string kind)
    {
        var content = Written(kind);
        var file = FileOf(kind);
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = content.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, damaged);

            var journal = Opened();
            var unreadable = journal.Load();

            unreadable.Should().ContainSingle($"bit {bit} is another").Which.File.Should().Be(file + ".unreadable");
            (journal.Attachments.All.Count + journal.Reservations.All.Count + journal.Networks.All.Count).Should().Be(0);
            journal.Attachments.IsUnreadable("e1").Should().Be(kind == "attachments");
            File.Delete(file + ".unreadable");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_record_that_is_cut_off_anywhere_is_noticed(string kind)
    {
        var content = Written(kind);
        var file = FileOf(kind);
        for (var length = 0; length < content.Length; length++)
        {
            File.WriteAllBytes(file, content[..length]);

            Opened().Load().Should().ContainSingle($"it ends after {length} bytes");

            File.Delete(file + ".unreadable");
        }
    }

    [Theory]
    [InlineData("attachments", "\"Phase\": \"Joined\"", "\"Phase\": 77")]
    [InlineData("attachments", "\"Phase\": \"Joined\"", "\"Phase\": {}")]
    [InlineData("attachments", "\"InterfaceName\": \"eth0\"", "\"InterfaceName\": \"../eth0\"")]
    [InlineData("attachments", "\"HostPort\": 8080", "\"HostPort\": 88092")]
    [InlineData("attachments", "\"HostPort\": 8080", "\"HostPort\": -1")]
    [InlineData("attachments", "10.90.0.2/24", "10.90.0.2.4")]
    [InlineData("attachments", "10.90.0.2/24", "10.90.0.2/99")]
    [InlineData("attachments", "\"BootId\"", "\"BootId\": \"x\", \"BootId\"")]
    [InlineData("attachments", "\"InterfaceName\": \"eth0\"", "\"InterfaceName\": \"\\ud800\"")]
    [InlineData("attachments", "\"Reserved\": [", "\"Reserved\": [ null, ")]
    [InlineData("attachments", "\"Address\": \"10.90.0.2\"", "\"Address\": \"10.90.q.2\"")]
    [InlineData("reservations", "10.90.0.2/24", "10.90.0.2?24")]
    [InlineData("reservations", "\"Mac\": \"02:", "\"Mac\": \"\\u00012:")]
    [InlineData("networks", "\"Ipam\": \"Cni\"", "\"Ipam\": 9")]
    public async Task A_value_that_cnm_cni_does_not_write_is_not_believed_whatever_the_checksum(string kind, string written, string found)
    {
        var file = FileOf(kind);
        await File.WriteAllBytesAsync(file, Written(kind), Cancellation);
        Opened().Load().Should().BeEmpty("unchanged it is read");

        await SealedRecords.ChangeAsync(file, written, found);

        Opened().Load().Should().ContainSingle().Which.File.Should().EndWith("e1.json.unreadable");
    }

    [Fact]
    public void A_record_without_a_checksum_is_not_believed()
    {
        var text = System.Text.Encoding.UTF8.GetString(Written("networks"));

        File.WriteAllText(Path.Combine(_directory, "networks", "e1.json"), text[..text.LastIndexOf(',')] + "\n}");

        Opened().Load().Should().ContainSingle().Which.Reason.Should().Contain("checksum");
    }

    [Fact]
    public void What_is_no_ordinary_file_of_ordinary_size_is_told_of_and_keeps_nobody_from_being_read()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Devices and mounts need root.");
        var journal = Opened();
        journal.Load();
        journal.Attachments.Bring(Records.Joined("whole"));
        var odd = OddFiles.MakeIn(Path.Combine(_directory, "records", "attachments"));
        try
        {
            var again = Opened();
            var unreadable = again.Load();

            again.Attachments.All.Should().ContainSingle().Which.EndpointId.Should().Be("whole");
            unreadable.Should().HaveCount(odd.Count, string.Join('\n', unreadable));
            foreach (var id in odd)
                again.Attachments.IsUnreadable(id).Should().BeTrue(id);

            again.Attachments.Peek().Unreadable.Should().HaveCount(odd.Count);
            Opened().Load().Should().HaveCount(odd.Count, "each start tells of them");
        }
        finally
        {
            OddFiles.RemoveFrom(Path.Combine(_directory, "records", "attachments"));
        }
    }

    [Fact]
    public void A_record_of_a_newer_version_is_not_written_over_by_what_is_learned_again()
    {
        const string Newer = """{"NetworkId":"57c2","Version":1000}""";
        Directory.CreateDirectory(Path.Combine(_directory, "networks"));
        var file = Path.Combine(_directory, "networks", "57c2.json");
        File.WriteAllText(file, Newer);
        var journal = Opened();
        journal.Load();

        journal.Networks.Learn(new NetworkRecord("57c2", "pods", IpamMode.Null));

        journal.Networks.Find("57c2").Should().NotBeNull();
        File.ReadAllText(file).Should().Be(Newer);
        journal.Networks.Invoking(networks => networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Null)))
            .Should().Throw<JournalException>().WithMessage($"*{file}*");
    }

    [Fact]
    public void What_somebody_took_away_is_written_again_and_removing_it_is_no_failure()
    {
        var journal = Opened();
        journal.Load();
        journal.Attachments.Bring(Records.Joined("e1") with { Phase = AttachmentPhase.Deleting });
        journal.Networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        Directory.Delete(Path.Combine(_directory, "attachments"), recursive: true);
        Directory.Delete(Path.Combine(_directory, "records", "attachments"), recursive: true);
        Directory.Delete(Path.Combine(_directory, "networks"), recursive: true);

        journal.Attachments.Remove("e1");
        journal.Networks.Missing.Should().Equal("57c2");
        journal.Networks.Rewrite("57c2").Should().BeTrue();

        var again = Opened();
        again.Load().Should().BeEmpty();
        again.Networks.All.Should().ContainSingle();
        again.Attachments.All.Should().BeEmpty();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Journal Opened() => new(_directory, Path.Combine(_directory, "records"));

    private string FileOf(string kind) =>
        Path.Combine(kind == "networks" ? _directory : Path.Combine(_directory, "records"), kind, "e1.json");

    private byte[] Written(string kind)
    {
        var journal = Opened();
        journal.Load();
        journal.Networks.Write(new NetworkRecord("e1", "pods", IpamMode.Cni));
        journal.Attachments.Bring(Records.Joined("e1") with
        {
            Reserved = ["10.90.0.2/24"],
            PublishedPorts = [new PortMapping(8080, 80, "tcp", "")],
            Snapshot = new LinkSnapshot("eth0", "", 0, "", null) { Addresses = [new LinkAddress("10.90.0.2", 24)] },
        });
        journal.Reservations.Bring(new ReservationRecord("e1", "pods")
        {
            Phase = ReservationPhase.Reserved,
            BootId = "boot",
            Mac = "02:42:0A:5A:00:02",
            Since = DateTimeOffset.UnixEpoch,
            Configuration = System.Text.Json.JsonDocument.Parse("{}").RootElement.Clone(),
            Addresses = [new ReservedAddress("10.90.0.2/24", IsClaimed: true)],
        });
        var content = File.ReadAllBytes(FileOf(kind));
        foreach (var file in Directory.GetFiles(_directory, "*.json", SearchOption.AllDirectories))
            File.Delete(file);

        return content;
    }
}
