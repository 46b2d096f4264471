using System.Text.Json;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

public sealed class RecordDirectoryTests : IDisposable
{
    private readonly string _directory = Path.Combine(Directory.CreateTempSubdirectory("journal").FullName, "networks");

    [Fact]
    [Spec("result-stored", Libcni = "writes the file in place, so that a crash leaves an empty one",
        Ours = "the file is the old one or the new one, and on the disk before anything goes on")]
    public void A_record_survives_the_process_that_wrote_it()
    {
        var record = new NetworkRecord("57c2", "pods", IpamMode.Cni)
        {
            Internal = true,
            Attach = AttachMode.Sandbox,
            EndpointDefaults = new Dictionary<string, string> { ["cni.args.K8S_POD_NAME"] = "{container.name}" },
        };
        Opened().Write(record);
        Opened().Find("57c2").Should().BeEquivalentTo(record);
    }

    [Fact]
    public void A_removed_record_is_gone_from_the_disk_too()
    {
        var records = Opened();
        records.Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        records.Remove("57c2");
        records.Remove("57c2");
        Directory.EnumerateFiles(_directory).Should().BeEmpty();
    }

    [Fact]
    public void Only_root_can_read_records()
    {
        Opened().Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        File.GetUnixFileMode(_directory).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(_directory, "57c2.json")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"Version":1}""")]
    [InlineData("""{"NetworkId":"another","CniNetwork":"pods","Ipam":"Null"}""")]
    public void A_file_that_is_not_a_record_is_set_aside_and_reported_and_the_others_are_read(string content)
    {
        Opened().Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        File.WriteAllText(Path.Combine(_directory, "bad0.json"), content);
        var records = new RecordDirectory<NetworkRecord>(_directory, present: null, RecordKinds.Network);
        records.Load().Should().ContainSingle().Which.File.Should().EndWith("bad0.json.unreadable");
        records.All.Should().ContainSingle();
        File.ReadAllText(Path.Combine(_directory, "bad0.json.unreadable")).Should().Be(content);
    }

    [Fact]
    public void A_write_that_was_cut_off_leaves_the_old_record()
    {
        Opened().Write(new NetworkRecord("57c2", "pods", IpamMode.Null));
        File.WriteAllText(Path.Combine(_directory, "57c2.json.new"), "{\"NetworkId\":\"57c2\",");
        Opened().Find("57c2")!.CniNetwork.Should().Be("pods");
    }

    [Fact]
    public void A_configuration_is_read_with_unknown_fields_and_the_text_of_numbers_unchanged()
    {
        const string Configuration = """{"name":"pods","vendor":{"big":9007199254740993,"exact":1.0}}""";
        var directory = new RecordDirectory<AttachmentRecord>(_directory, present: null, RecordKinds.Attachment);
        directory.Load();
        directory.Bring(Attachments.Records.Joined("e1") with { Configuration = JsonDocument.Parse(Configuration).RootElement.Clone() });
        var again = new RecordDirectory<AttachmentRecord>(_directory, present: null, RecordKinds.Attachment);
        again.Load();
        JsonSerializer.Serialize(again.Find("e1")!.Configuration).Should().Be(Configuration);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);

    private RecordDirectory<NetworkRecord> Opened()
    {
        var records = new RecordDirectory<NetworkRecord>(_directory, present: null, RecordKinds.Network);
        records.Load().Should().BeEmpty();
        return records;
    }
}
