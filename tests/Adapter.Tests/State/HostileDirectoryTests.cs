using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>Links and obstacles where records are expected: nothing outside is read or written.</summary>
public sealed class HostileDirectoryTests : IDisposable
{
    private readonly string _content;
    private readonly string _root = Directory.CreateTempSubdirectory("journal").FullName;
    private readonly List<string> _unwritten = [];

    public HostileDirectoryTests()
    {
        Directory.CreateDirectory(Records);
        SealedRecords.Write(Outside, """{"NetworkId":"57c2","CniNetwork":"pods","Ipam":"Null","EndpointDefaults":{},"Version":1}""");
        _content = File.ReadAllText(Outside);
    }

    private string Records => Path.Combine(_root, "networks");

    private string Outside => Path.Combine(_root, "57c2.json");

    private string Inside => Path.Combine(Records, "57c2.json");

    [Fact]
    public void A_symbolic_link_in_place_of_a_record_is_not_followed_and_set_aside()
    {
        File.CreateSymbolicLink(Inside, Outside);
        var records = Opened();

        records.Load().Should().ContainSingle().Which.Reason.Should().Contain("link to").And.Contain("not followed");

        records.All.Should().BeEmpty();
        File.ReadAllText(Outside).Should().Be(_content);
    }

    [Fact]
    public void A_write_replaces_a_symbolic_link_and_not_its_target()
    {
        var records = Opened();
        records.Load();
        File.CreateSymbolicLink(Inside, Outside);

        records.Write(new NetworkRecord("57c2", "other", IpamMode.Null));

        File.ReadAllText(Outside).Should().Be(_content);
        new FileInfo(Inside).LinkTarget.Should().BeNull();
    }

    [Fact]
    public void A_symbolic_link_in_place_of_the_temporary_file_is_not_followed()
    {
        var records = Opened();
        records.Load();
        File.CreateSymbolicLink(Inside + ".new", Outside);

        records.Write(new NetworkRecord("57c2", "other", IpamMode.Null));

        File.ReadAllText(Outside).Should().Be(_content);
    }

    [Fact]
    public void A_symbolic_link_in_place_of_the_directory_is_refused()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_root, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "57c2.json"), "{");
        Directory.Delete(Records);
        Directory.CreateSymbolicLink(Records, elsewhere);

        Opened().Invoking(records => records.Load()).Should().Throw<IOException>().WithMessage("*is a link to*");

        Directory.GetFiles(elsewhere).Select(Path.GetFileName).Should().Equal("57c2.json");
    }

    [Fact]
    public void A_record_that_cannot_be_written_is_not_in_memory_unless_it_is_kept_on_purpose()
    {
        var records = Opened();
        records.Load();
        Directory.CreateDirectory(Inside + ".new"); // Nobody can write a file there, not even root.
        File.WriteAllText(Path.Combine(Inside + ".new", "obstacle"), "");

        records.Invoking(all => all.Write(new NetworkRecord("57c2", "pods", IpamMode.Null))).Should().Throw<Exception>();
        records.Find("57c2").Should().BeNull();

        records.Keep(new NetworkRecord("57c2", "pods", IpamMode.Null));
        records.Find("57c2").Should().NotBeNull();
        _unwritten.Should().Equal(Inside);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private RecordDirectory<NetworkRecord> Opened() => new(Records, present: null, RecordKinds.Network, (file, _) => _unwritten.Add(file));
}
