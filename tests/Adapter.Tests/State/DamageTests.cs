using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>A damaged record is no record: it is set aside and told, and never believed, whatever has become of its bytes.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    public static TheoryData<string> Kinds => ["attachments", "reservations", "networks"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_flipped_bit_is_detected(string kind)
    {
        var content = Written(kind);
        var file = Path.Combine(_directory, kind, "e1.json");
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = content.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, damaged);

            var journal = new Journal(_directory);
            var unreadable = journal.Load();

            unreadable.Should().ContainSingle($"bit {bit} is another").Which.File.Should().Be(file + ".unreadable");
            (journal.Attachments.All.Count + journal.Reservations.All.Count + journal.Networks.All.Count).Should().Be(0);
            journal.Attachments.IsUnreadable("e1").Should().Be(kind == "attachments");
            File.Delete(file + ".unreadable");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_record_that_is_truncated_anywhere_is_detected(string kind)
    {
        var content = Written(kind);
        var file = Path.Combine(_directory, kind, "e1.json");
        for (var length = 0; length < content.Length; length++)
        {
            File.WriteAllBytes(file, content[..length]);

            new Journal(_directory).Load().Should().ContainSingle($"it ends after {length} bytes");

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
    public void An_older_record_without_a_checksum_is_refused_with_values_that_no_version_writes(string kind, string written, string found)
    {
        foreach (var version in new[] { 1, 2 })
        {
            var content = Older(kind, version);
            File.WriteAllText(Path.Combine(_directory, kind, "e1.json"), Changed(content, written, found));

            var unreadable = new Journal(_directory).Load().Should().ContainSingle().Subject;

            unreadable.File.Should().EndWith("e1.json.unreadable");
            File.Delete(unreadable.File);
        }
    }

    [Fact]
    public void A_record_with_a_checksum_cannot_claim_an_older_version()
    {
        var text = System.Text.Encoding.UTF8.GetString(Written("networks"));

        File.WriteAllText(Path.Combine(_directory, "networks", "e1.json"),
            text.Replace("\"Version\": 3", "\"Version\": 2").Replace("Checksum\": \"", "Checksum\": \"0"));

        new Journal(_directory).Load().Should().ContainSingle().Which.Reason.Should().Contain("checksum");
    }

    [Fact]
    public void A_file_that_is_not_regular_or_too_large_is_reported_and_the_others_are_read()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Devices and mounts need root.");
        var journal = new Journal(_directory);
        journal.Load();
        journal.Attachments.Bring(Records.Joined("whole"));
        var odd = OddFiles.MakeIn(Path.Combine(_directory, "attachments"));
        try
        {
            var again = new Journal(_directory);
            var unreadable = again.Load();

            again.Attachments.All.Should().ContainSingle().Which.EndpointId.Should().Be("whole");
            unreadable.Should().HaveCount(odd.Count, string.Join('\n', unreadable));
            foreach (var id in odd)
                again.Attachments.IsUnreadable(id).Should().BeTrue(id);

            again.Attachments.Peek().Unreadable.Should().HaveCount(odd.Count);
            new Journal(_directory).Load().Should().HaveCount(odd.Count, "each start tells of them");
        }
        finally
        {
            OddFiles.RemoveFrom(Path.Combine(_directory, "attachments"));
        }
    }

    [Fact]
    public void A_record_of_a_newer_version_is_not_overwritten()
    {
        const string Newer = """{"NetworkId":"57c2","Version":1000}""";
        Directory.CreateDirectory(Path.Combine(_directory, "networks"));
        var file = Path.Combine(_directory, "networks", "57c2.json");
        File.WriteAllText(file, Newer);
        var journal = new Journal(_directory);
        journal.Load();

        journal.Networks.Learn(new NetworkRecord("57c2", "pods", IpamMode.Null));

        journal.Networks.Find("57c2").Should().NotBeNull();
        File.ReadAllText(file).Should().Be(Newer);
        journal.Networks.Invoking(networks => networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Null)))
            .Should().Throw<JournalException>().WithMessage($"*{file}*");
    }

    [Fact]
    public void A_deleted_record_is_written_again_and_removing_it_succeeds()
    {
        var journal = new Journal(_directory);
        journal.Load();
        journal.Attachments.Bring(Records.Joined("e1") with { Phase = AttachmentPhase.Deleting });
        journal.Networks.Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        Directory.Delete(Path.Combine(_directory, "attachments"), recursive: true);
        Directory.Delete(Path.Combine(_directory, "networks"), recursive: true);

        journal.Attachments.Remove("e1");
        journal.Networks.Missing.Should().Equal("57c2");
        journal.Networks.Rewrite("57c2").Should().BeTrue();

        var again = new Journal(_directory);
        again.Load().Should().BeEmpty();
        again.Networks.All.Should().ContainSingle();
        again.Attachments.All.Should().BeEmpty();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private byte[] Written(string kind)
    {
        var journal = new Journal(_directory);
        journal.Load();
        journal.Networks.Write(new NetworkRecord("e1", "pods", IpamMode.Null));
        journal.Attachments.Bring(Records.Joined("e1"));
        journal.Reservations.Bring(new ReservationRecord("e1", "pods")
        {
            Phase = ReservationPhase.Reserved,
            BootId = "boot",
            Since = DateTimeOffset.UnixEpoch,
            Configuration = System.Text.Json.JsonDocument.Parse("{}").RootElement.Clone(),
            Addresses = [new ReservedAddress("10.90.0.2/24", IsClaimed: true)],
        });
        var content = File.ReadAllBytes(Path.Combine(_directory, kind, "e1.json"));
        foreach (var file in Directory.GetFiles(_directory, "*.json", SearchOption.AllDirectories))
            File.Delete(file);

        return content;
    }

    // Renamed, so that all kinds have one name here.
    private string Older(string kind, int version)
    {
        Directory.CreateDirectory(Path.Combine(_directory, kind));
        var file =
            Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "State", "Versions", $"{version}", kind)).Order(
                StringComparer.Ordinal).Last();
        var content = File.ReadAllText(file).Replace($"\"{Path.GetFileNameWithoutExtension(file)}\"", "\"e1\"");
        File.WriteAllText(Path.Combine(_directory, kind, "e1.json"), content);
        new Journal(_directory).Load().Should().BeEmpty("undamaged it is read");
        return content;
    }

    private static string Changed(string content, string written, string found)
    {
        content.Should().Contain(written);
        return content.Replace(written, found, StringComparison.Ordinal);
    }
}
