using System.Text;
using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Storage;

public sealed class FileAttachmentStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cni-store-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Results => Path.Combine(_directory, "state/results");

    private FileAttachmentStore Store => new(Path.Combine(_directory, "state"));

    [Fact]
    [Case(38, "cache-schema", Libcni = "truncates and rewrites the file, so that a crash leaves it empty",
        Ours = "the same fields, and one that says whether ADD has succeeded; the plugins from separate files are in the " +
            "configuration; the old or the new record, whole")]
    public void An_attachment_is_written_as_libcni_writes_it()
    {
        var stored =
            Stored("pods", "c1")
                with { Result =
                    CniResult.Parse("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}],"vendor":9007199254740993}"""u8.ToArray(),
                        "1.0.0"), IsComplete = true };
        Store.Write(stored);

        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Results, "pods-c1-eth0")))!.AsObject();

        json.Remove("config", out var config);
        json.Remove("cniInvoker");
        json.ToJsonString().Should().Be(
            """{"kind":"cniCacheV1","containerId":"c1","ifName":"eth0","networkName":"pods","netns":"/run/netns/c1","cniArgs":[["IgnoreUnknown","1"],["IP","10.1.0.2"]],"capabilityArgs":{"mac":"c2:11:22:33:44:55","unused":1},"result":{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}],"vendor":9007199254740993}}""");
        Encoding.UTF8.GetString(Convert.FromBase64String(config!.GetValue<string>())).Should().Be(
            Encoding.UTF8.GetString(stored.Network!.ToUtf8Json().Span));
    }

    [Fact]
    [Case(38, "cache-schema")]
    public void Records_are_for_their_owner_alone()
    {
        Store.Write(Stored("pods", "c1"));

        File.GetUnixFileMode(Results).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(Results, "pods-c1-eth0")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    [Case(38, "cache-schema")]
    public void A_written_record_is_found_with_everything_that_DEL_needs()
    {
        var stored = Stored("pods", "c1") with { Result = CniResult.Parse("{}"u8.ToArray(), "1.0.0") };
        Store.Write(stored);

        var found = Store.Find(stored.Id)!;

        found.Network!.ToUtf8Json().ToArray().Should().Equal(stored.Network!.ToUtf8Json().ToArray());
        found.Attachment.NetworkNamespace.Should().Be("/run/netns/c1");
        found.Attachment.Arguments.Should().Contain(new KeyValuePair<string, string>("IP", "10.1.0.2"));
        found.Attachment.Capabilities.ToJsonString().Should().Be(stored.Attachment.Capabilities.ToJsonString());
        found.Result!.Json.ToJsonString().Should().Be("""{"cniVersion":"1.0.0"}""");
        found.IsComplete.Should().BeFalse();
        Store.Find(stored.Id with { InterfaceName = "eth1" }).Should().BeNull();
    }

    [Fact]
    [Case(41, "cache-collision", Libcni = "one file for both, the last writer wins", Ours = "a file for each")]
    public void Attachments_with_the_same_libcni_name_have_separate_files()
    {
        var (first, second) = (Stored("a", "b-c"), Stored("a-b", "c"));
        Store.Write(first);
        Store.Write(second);
        Store.Write(second with { IsComplete = true });

        Store.Find(first.Id)!.NetworkName.Should().Be("a");
        Store.Find(second.Id)!.NetworkName.Should().Be("a-b");
        Store.Find(second.Id)!.IsComplete.Should().BeTrue();
        Store.Remove(first.Id);
        Store.Find(first.Id).Should().BeNull();
        Store.Find(second.Id).Should().NotBeNull();
        Store.Remove(second.Id);
        Directory.EnumerateFiles(Results).Should().BeEmpty();
    }

    [Fact]
    [Case(40, "cache-crash", Libcni = "an empty file, with which DEL runs without prevResult", Ours = "the record as it was before")]
    public void An_interrupted_write_leaves_the_old_record_and_is_removed_later()
    {
        var stored = Stored("pods", "c1");
        Store.Write(stored);
        // The state after a process was killed while it rewrote the record.
        Store.Write(stored with { IsComplete = true });
        var whole = File.ReadAllBytes(Path.Combine(Results, "pods-c1-eth0"));
        var temporary = TemporaryOf(stored);
        File.WriteAllBytes(temporary, whole[..(whole.Length / 2)]);

        Store.Find(stored.Id)!.IsComplete.Should().BeTrue();
        Store.List().Attachments.Should().ContainSingle();
        Store.List().Problems.Should().BeEmpty();
        Store.Remove(stored.Id);
        Directory.EnumerateFiles(Results).Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("garbage", "garbage is not a string in double quotes, a number, true, false or null")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("{}", "its kind is missing, not \"cniCacheV1\"")]
    [InlineData("""{"kind":"cniCacheV2","cniVersion":"1.0.0"}""", "its kind is \"cniCacheV2\", not \"cniCacheV1\"")]
    [InlineData("""{"kind":"cniCacheV1"}""", "its networkName is missing")]
    [InlineData("""{"kind":"cniCacheV1","networkName":"pods","config":"%"}""", "its config is not base64")]
    [InlineData("""{"kind":"cniCacheV1","networkName":"pods","config":"e30="}""",
        "CNI configuration the configuration in {0}: line 1: $ has neither \"plugins\" nor \"type\"")]
    [InlineData("""{"kind":"cniCacheV1","networkName":"other","config":"eyJuYW1lIjoicG9kcyIsInR5cGUiOiJhIn0="}""",
        "its networkName is \"other\", but its configuration names the network \"pods\"")]
    [InlineData(
        """{"kind":"cniCacheV1","networkName":"pods","containerId":"../x","ifName":"eth0","config":"eyJuYW1lIjoicG9kcyIsInR5cGUiOiJhIn0="}""", "container ID \"../x\" may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit")]
    [InlineData(
        """{"kind":"cniCacheV1","networkName":"pods","containerId":"c1","ifName":"eth0","cniArgs":[["a"]],"config":"eyJuYW1lIjoicG9kcyIsInR5cGUiOiJhIn0="}""", "its cniArgs are not a list of pairs")]
    [Case(39, "cache-states")]
    public void An_unreadable_record_is_reported_and_moved_aside(string text, string reason)
    {
        Directory.CreateDirectory(Results);
        var file = Path.Combine(Results, "pods-c1-eth0");
        File.WriteAllText(file, text);
        var id = new AttachmentId("pods", "c1", "eth0");

        var find = () => Store.Find(id);

        find.Should().Throw<CniException>().Which.Msg.Should().Be(
            $"the record {file} cannot be read: {reason.Replace("{0}", file, StringComparison.Ordinal)}");
        Store.List().Problems.Select(problem => problem.File).Should().Equal(file);
        Store.Remove(id);
        Store.Find(id).Should().BeNull();
        File.ReadAllText(Path.Combine(_directory, "state/unreadable/pods-c1-eth0")).Should().Be(text, "a person may want to see it");
    }

    [Fact]
    [Case(39, "cache-states")]
    public void A_bare_result_of_old_libcni_is_found_by_its_file_name()
    {
        Directory.CreateDirectory(Results);
        File.WriteAllText(
            Path.Combine(Results, "pods-c1-eth0"), """{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.1.0.2/16"}]}""");

        var found = Store.Find(new AttachmentId("pods", "c1", "eth0"))!;

        found.Network.Should().BeNull();
        found.IsComplete.Should().BeTrue();
        found.Result!.Ips.Single().Address.ToString().Should().Be("10.1.0.2");
        Store.List().Problems.Single().Message.Should().Be("it contains a result without network, container and interface names");
        Store.Remove(found.Id);
        Directory.EnumerateFiles(Results).Should().BeEmpty();
    }

    [Fact]
    [Case(38, "cache-schema")]
    public void Records_of_libcni_are_read()
    {
        Directory.CreateDirectory(Results);
        var config = Convert.ToBase64String("""{"cniVersion":"0.4.0","name":"pods","plugins":[{"type":"bridge"}]}"""u8);
        File.WriteAllText(
            Path.Combine(Results, "pods-c1-eth0"),
            $$$$"""{"kind":"cniCacheV1","containerId":"c1","config":"{{{{config}}}}","ifName":"eth0","networkName":"pods","netns":"/run/netns/c1","cniArgs":[["K8S_POD_NAME","web"]],"capabilityArgs":{"portMappings":[{"HostPort":80}]},"result":{"cniVersion":"0.4.0","dns":{}}}""");

        var found = Store.Find(new AttachmentId("pods", "c1", "eth0"))!;

        found.IsComplete.Should().BeTrue("libcni writes only when ADD has succeeded");
        found.Network!.Plugins.Single().Type.Should().Be("bridge");
        found.Attachment.Arguments.Single().Should().Be(new KeyValuePair<string, string>("K8S_POD_NAME", "web"));
        found.Attachment.Capabilities.ToJsonString().Should().Be("""{"portMappings":[{"HostPort":80}]}""");
    }

    [Theory]
    [InlineData("mkfifo", "it is a pipe, a socket, a device or a directory")]
    [InlineData("mkdir", "it is a pipe, a socket, a device or a directory")]
    [InlineData("truncate --size=3G", "it is larger than 32 MiB")]
    [InlineData("ln --symbolic /dev/zero", "it is a pipe, a socket, a device or a directory")]
    public async Task A_record_that_is_not_a_regular_file_is_never_read_and_moved_aside(string make, string reason)
    {
        Directory.CreateDirectory(Results);
        var file = Path.Combine(Results, "pods-c1-eth0");
        using var maker = System.Diagnostics.Process.Start("sh", ["-c", $"{make} '{file}'"]);
        await maker.WaitForExitAsync(Cancellation);
        var id = new AttachmentId("pods", "c1", "eth0");

        Store.List().Problems.Should().Equal(new AttachmentProblem(file, $"the record {file} cannot be read: {reason}"));
        FluentActions.Invoking(() => Store.Find(id)).Should().Throw<CniException>().Which.Msg.Should().EndWith(reason);
        Store.Remove(id);

        Store.List().Problems.Should().BeEmpty();
        var unreadable = Path.Combine(Path.GetDirectoryName(Results)!, "unreadable");
        Directory.GetFileSystemEntries(unreadable).Should().Equal(Path.Combine(unreadable, "pods-c1-eth0"));
    }

    [Fact]
    public void All_are_listed_in_order()
    {
        foreach (var (network, container) in new[] { ("pods", "c2"), ("web", "c1"), ("pods", "c1") })
            Store.Write(Stored(network, container));

        Store.List().Attachments.Select(stored => $"{stored.NetworkName} {stored.Attachment.ContainerId}").Should().Equal(
            "pods c1", "pods c2", "web c1");
        new FileAttachmentStore(Path.Combine(_directory, "absent")).List().Attachments.Should().BeEmpty();
    }

    [Theory]
    [InlineData("../pods", "c1", "eth0")]
    [InlineData("pods", "../../x", "eth0")]
    [InlineData("pods", "c1", "../x")]
    [InlineData("", "c1", "eth0")]
    public void A_name_that_leads_out_of_the_directory_is_refused(string network, string container, string ifname)
    {
        var find = () => Store.Find(new AttachmentId(network, container, ifname));
        var remove = () => Store.Remove(new AttachmentId(network, container, ifname));

        find.Should().Throw<ArgumentException>();
        remove.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Removing_an_attachment_without_a_record_changes_nothing()
    {
        Store.Remove(new AttachmentId("pods", "c1", "eth0"));
        Directory.Exists(Results).Should().BeFalse("only a write makes the directory");
        Store.Write(Stored("pods", "c2"));

        Store.Remove(new AttachmentId("pods", "c1", "eth0"));

        Store.List().Attachments.Select(stored => stored.Attachment.ContainerId).Should().Equal("c2");
        Store.List().Problems.Should().BeEmpty();
    }

    private string TemporaryOf(StoredAttachment stored) => Path.Combine(
        Results, $".{Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                Encoding.UTF8.GetBytes($"{stored.NetworkName}/{stored.Attachment.ContainerId}/eth0")))}");

    private static StoredAttachment Stored(string network, string container) => new()
    {
        NetworkName = network,
        Network =
            NetworkConfiguration.Parse(
                Encoding.UTF8.GetBytes(
                    $$"""{"cniVersion":"1.0.0","name":"{{network}}","plugins":[{"type":"a","big":9007199254740993}] }"""), "test.conflist"),
        Attachment = new Attachment(
            container, $"/run/netns/{container}", "eth0", [new("IP", "10.1.0.2")],
            new JsonObject { ["mac"] = "c2:11:22:33:44:55", ["unused"] = 1 }),
        Result = null,
        IsComplete = false,
    };

    [Fact]
    public void A_write_that_fails_leaves_nothing_beside_the_file()
    {
        var directory = Directory.CreateTempSubdirectory("cni-durable-").FullName;
        var inTheWay = Path.Combine(directory, "record");
        Directory.CreateDirectory(Path.Combine(inTheWay, "full"));

        var write = () => DurableFile.Replace(inTheWay, "{}"u8, Path.Combine(directory, ".new"));

        write.Should().Throw<Exception>();
        Directory.GetFileSystemEntries(directory).Should().Equal(inTheWay);
        Directory.Delete(directory, recursive: true);
    }
}
