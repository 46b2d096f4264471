using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>A newer program finds what an older one has left, and an older one does not lose what a newer one has.</summary>
public sealed class RecordVersionTests : IDisposable
{
    private const string First = "57c2";
    private readonly string _directory = Directory.CreateTempSubdirectory("journal").FullName;

    /// <summary>Written by programs of each earlier version, one directory each.</summary>
    public static TheoryData<int> EarlierVersions => [.. Enumerable.Range(1, RecordKinds.Attachment.CurrentVersion - 1)];

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public void Records_of_every_earlier_version_are_read_and_mean_the_same(int version)
    {
        CopyTo(_directory, Path.Combine(AppContext.BaseDirectory, "State", "Versions", $"{version}"));
        var journal = new Journal(_directory);

        journal.Load().Should().BeEmpty();

        journal.Networks.All.Should().HaveCount(2).And.AllSatisfy(record => record.EndpointDefaults.Should().NotBeNull());
        var attachments = journal.Attachments.All.OrderBy(record => record.EndpointId, StringComparer.Ordinal).ToArray();
        attachments.Should().HaveCount(2).And.AllSatisfy(record =>
        {
            record.Phase.Should().Be(AttachmentPhase.Joined);
            record.PublishedPorts.Should().Equal(new PortMapping(8080, 80, "tcp", ""));
            record.Snapshot!.Addresses.Should().Contain(address => address.Address == "10.90.0.2");
            record.Result!.Value.GetProperty("ips")[0].GetProperty("address").GetString().Should().Be("10.90.0.2/24");
        });
        attachments[0].Reserved.Should().BeEmpty("the first builds did not write it");
        attachments[0].Sysctls.Should().BeEmpty();
        attachments[1].Reserved.Should().Equal("10.90.0.2/24");
        journal.Reservations.All.Should().ContainSingle().Which.Addresses.Should().Equal(
            new ReservedAddress("10.90.0.2/24", IsClaimed: true));
    }

    [Fact]
    public void A_record_that_is_written_again_is_of_todays_version()
    {
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First), """{"NetworkId":"57c2","CniNetwork":"pods","Ipam":"Null","Version":1}""");
        var journal = Loaded();

        journal.Networks.Write(journal.Networks.Find(First)!);

        File.ReadAllText(FileOf(First)).Should().Contain($"\"Version\": {RecordKinds.Network.CurrentVersion}");
        Loaded().Networks.Find(First).Should().BeEquivalentTo(new NetworkRecord(First, "pods", IpamMode.Null));
    }

    [Fact]
    public void A_record_of_a_newer_version_stays_where_it_is_and_is_reported()
    {
        const string Newer = """{"NetworkId":"57c2","Version":1000,"Unknown":true}""";
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First), Newer);

        var journal = new Journal(_directory);

        journal.Load().Should().ContainSingle().Which.Reason.Should().Contain("newer cnm-cni (version 1000");
        journal.Networks.All.Should().BeEmpty();
        File.ReadAllText(FileOf(First)).Should().Be(Newer);
    }

    [Fact]
    public void A_record_that_was_set_aside_is_read_by_a_version_that_can_read_it()
    {
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First) + ".unreadable", """{"NetworkId":"57c2","CniNetwork":"pods","Ipam":"Null","Version":1}""");

        Loaded().Networks.Find(First).Should().NotBeNull();

        Directory.GetFiles(Networks).Should().Equal(FileOf(First));
    }

    [Fact]
    public void A_record_that_is_still_unreadable_stays_set_aside()
    {
        Directory.CreateDirectory(Networks);
        File.WriteAllText(FileOf(First) + ".unreadable", "{");

        new Journal(_directory).Load().Should().ContainSingle().Which.File.Should().Be(FileOf(First) + ".unreadable");

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

    private string Networks => Path.Combine(_directory, "networks");

    private string FileOf(string id) => Path.Combine(Networks, id + ".json");

    private Journal Loaded()
    {
        var journal = new Journal(_directory);
        journal.Load().Should().BeEmpty();
        return journal;
    }

    private static void CopyTo(string target, string source)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
