using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>A newer program finds what an older one has left, and an older one does not lose what a newer one has.</summary>
public sealed class RecordVersionTests : IDisposable
{
    private const string First = "57c2";
    private const string Written = """{"NetworkId":"57c2","CniNetwork":"pods","Ipam":"Null","EndpointDefaults":{},"Version":1}""";

    // A later program, whose format has changed twice.
    private static readonly RecordKind<NetworkRecord> Later = RecordKinds.Network with { Upgrades = [Append("-2"), Append("-3")] };

    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    [Fact]
    public void Records_start_at_version_1() =>
        new[] { RecordKinds.Network.CurrentVersion, RecordKinds.Attachment.CurrentVersion, RecordKinds.Reservation.CurrentVersion }
            .Should().Equal(1, 1, 1);

    [Fact]
    public void A_record_of_an_earlier_version_passes_every_upgrade_since()
    {
        Loaded().Networks.Write(new NetworkRecord(First, "pods", IpamMode.Null));
        var records = new RecordDirectory<NetworkRecord>(Networks, present: null, Later);

        records.Load().Should().BeEmpty();

        records.Find(First).Should().BeEquivalentTo(new NetworkRecord(First, "pods-2-3", IpamMode.Null) { Version = 3 });
    }

    [Fact]
    public void A_record_that_is_written_again_is_of_todays_version()
    {
        Loaded().Networks.Write(new NetworkRecord(First, "pods", IpamMode.Null));
        var records = new RecordDirectory<NetworkRecord>(Networks, present: null, Later);
        records.Load();

        records.Write(records.Find(First)!);

        File.ReadAllText(FileOf(First)).Should().Contain("\"Version\": 3");
        var again = new RecordDirectory<NetworkRecord>(Networks, present: null, Later);
        again.Load().Should().BeEmpty();
        again.Find(First)!.CniNetwork.Should().Be("pods-2-3");
    }

    [Fact]
    public void A_record_of_a_newer_version_stays_where_it_is_and_is_reported()
    {
        const string Newer = """{"NetworkId":"57c2","Version":1000,"Unknown":true}""";
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First), Newer);

        var journal = Opened();

        journal.Load().Should().ContainSingle().Which.Reason.Should().Contain("newer cnm-cni (version 1000");
        journal.Networks.All.Should().BeEmpty();
        File.ReadAllText(FileOf(First)).Should().Be(Newer);
    }

    [Fact]
    public void A_record_that_was_set_aside_is_read_by_a_version_that_can_read_it()
    {
        Directory.CreateDirectory(Networks);
        SealedRecords.Write(FileOf(First) + ".unreadable", Written);

        Loaded().Networks.Find(First).Should().NotBeNull();

        Directory.GetFiles(Networks).Should().Equal(FileOf(First));
    }

    [Fact]
    public void A_record_that_is_still_unreadable_stays_set_aside()
    {
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First) + ".unreadable", "{");

        Opened().Load().Should().ContainSingle().Which.File.Should().Be(FileOf(First) + ".unreadable");

        Directory.GetFiles(Networks).Should().Equal(FileOf(First) + ".unreadable");
    }

    [Fact]
    public void A_temporary_file_of_an_interrupted_write_is_removed()
    {
        Loaded().Networks.Write(new NetworkRecord(First, "pods", IpamMode.Null));
        File.WriteAllText(FileOf("unfinished") + ".new", "{");

        Loaded();

        Directory.GetFiles(Networks).Should().Equal(FileOf(First));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Journal Opened() => new(_directory, Path.Combine(_directory, "records"));

    private string Networks => Path.Combine(_directory, "networks");

    private string FileOf(string id) => Path.Combine(Networks, id + ".json");

    private Journal Loaded()
    {
        var journal = Opened();
        journal.Load().Should().BeEmpty();
        return journal;
    }

    private static Action<System.Text.Json.Nodes.JsonObject> Append(string ending) =>
        older => older["CniNetwork"] = $"{older["CniNetwork"]}{ending}";
}
