using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Execution;

public sealed class AttachmentTests
{
    private const string IdRule =
        "may contain only ASCII letters, digits, '_', '.' and '-', and must start with a letter or digit (code 4).";

    [Theory]
    [InlineData("c")]
    [InlineData("0123456789abcdef")]
    [InlineData("A_b.c-d")]
    [Case(22, "id-rules")]
    public void A_container_ID_of_the_specification_is_accepted(string containerId) =>
        new Attachment(containerId, "/run/netns/x", "eth0").ContainerId.Should().Be(containerId);

    [Theory]
    [InlineData("", "container ID \"\" is empty (code 3).")]
    [InlineData("../../x", $"container ID \"../../x\" {IdRule}")]
    [InlineData("c\n", $"container ID \"c \" {IdRule}")]
    [InlineData(".c", $"container ID \".c\" {IdRule}")]
    [InlineData("é", $"container ID \"é\" {IdRule}")]
    [InlineData("c٣", $"container ID \"c٣\" {IdRule}")]
    [Case(22, "id-rules", Libcni = "checks them at ADD alone, plugin by plugin",
        Ours = "checked on every operation, before anything runs")]
    [Case(23, "del-traversal", Libcni = "runs the DEL, and makes a path of it", Ours = "refused before anything runs")]
    [Spec("container-id-given", Libcni = "checks at ADD alone", Ours = "checked on every operation")]
    [Spec("container-id-characters", Libcni = "checks at ADD alone", Ours = "checked on every operation")]
    public void Any_other_container_ID_is_refused(string containerId, string message) =>
        Refusal(() => new Attachment(containerId, "/run/netns/x", "eth0")).Message.Should().Be(message);

    [Fact]
    public void Arguments_longer_than_an_environment_variable_are_refused()
    {
        new Attachment("c", "/run/netns/x", "eth0", [new("K", new string('v', 131_000))]).Arguments.Should().ContainSingle();

        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", [new("K", new string('v', 131_072))])).Message.Should()
            .Be("CNI arguments have 131100 bytes; the kernel accepts 131072 in an environment variable (code 4).");
    }

    [Fact]
    public async Task A_null_argument_is_named_before_anything_runs()
    {
        var client =
            new CniClient(
                new CniClientOptions { ConfigurationDirectory = "/nonexistent", PluginDirectories = [], StateDirectory = "/nonexistent" });
        Func<Task>[] calls =
        [
            () => Task.FromResult(new CniClient(null!)), () => Task.FromResult(new Attachment(null!, "/n", "eth0")),
            () => Task.FromResult(new Attachment("c", null!, "eth0")),
            () => Task.FromResult(new Attachment("c", "/n", null!)), () => Task.FromResult(new Attachment("c", "/n", "eth0", [default])),
            () => client.AddAsync(null!, new Attachment("c", "/n", "eth0"), default), () => client.DeleteAsync("a", null!, default),
            () => client.StatusAsync(null!, default), () => client.ValidateAsync(null!, default),
        ];

        foreach (var call in calls)
            await call.Should().ThrowAsync<ArgumentNullException>();

        FluentActions.Invoking(() => new CniDeadlines { Add = Timeout.InfiniteTimeSpan }).Should().Throw<ArgumentOutOfRangeException>();
        new CniException(7, "gone") { NetworkName = null!, Plugin = null!, Stderr = null! }.Message.Should().Be("gone (code 7).");
    }

    [Fact]
    public void A_container_ID_longer_than_a_file_name_is_refused() =>
        Refusal(() => new Attachment(new string('c', 256), "/run/netns/x", "eth0")).Message.Should().EndWith(
            "is longer than 255 characters (code 4).");

    [Theory]
    [InlineData("e")]
    [InlineData("fifteen-bytes-x")]
    [InlineData("éééééée")]
    [InlineData("...")]
    [Case(22, "id-rules")]
    public void An_interface_name_that_the_kernel_accepts_is_accepted(string name) =>
        new Attachment("c", "/run/netns/x", name).InterfaceName.Should().Be(name);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(".", "is the name of a directory")]
    [InlineData("..", "is the name of a directory")]
    [InlineData("sixteen-bytes-xx", "is longer than 15 bytes, the kernel's limit")]
    [InlineData("éééééééé", "is longer than 15 bytes, the kernel's limit")]
    [InlineData("a/b", "contains '/', ':', white space or a control character")]
    [InlineData("a:b", "contains '/', ':', white space or a control character")]
    [InlineData("a b", "contains '/', ':', white space or a control character")]
    [InlineData("a\u00A0b", "contains '/', ':', white space or a control character")]
    [InlineData("eth0\n", "contains '/', ':', white space or a control character")]
    [Case(22, "id-rules")]
    public void Any_other_interface_name_is_refused(string name, string problem) =>
        Refusal(() => new Attachment("c", "/run/netns/x", name)).Message.Should().Be(
            $"interface name \"{InOneLine(name)}\" {problem} (code 4).");

    [Theory]
    [InlineData("netns", "is not an absolute path")]
    [InlineData("/run/a\nb", "contains a newline or NUL")]
    [InlineData("/run/a\0b", "contains a newline or NUL")]
    public void A_namespace_is_an_absolute_path(string path, string problem) =>
        Refusal(() => new Attachment("c", path, "eth0")).Message.Should().Be(
            $"network namespace \"{InOneLine(path)}\" {problem} (code 4).");

    [Theory]
    [InlineData("", "v")]
    [InlineData("K;", "v")]
    [InlineData("K=", "v")]
    [InlineData("K", "a;b")]
    [InlineData("K", "a=b")]
    [InlineData("K", "a\nb")]
    [InlineData("K", "a\0b")]
    [Case(52, "args-hostile", Libcni = "passes them on, and plugins fail or misread them", Ours = "refused before anything runs")]
    public void An_argument_that_plugins_would_misread_is_refused(string key, string value) =>
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", [new(key, value)])).Message
            .Should().Be($"CNI argument \"{key}={InOneLine(value)}\" has an empty key, or contains ';', '=', a newline or NUL (code 4).");

    [Fact]
    public void A_capability_needs_a_name()
    {
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", capabilities: new JsonObject { [""] = 1 })).Message.Should().Be(
            "capability argument \"\" has no name (code 4).");
    }

    [Fact]
    public void Text_without_a_UTF_8_encoding_is_refused()
    {
        const string Half = "a\ud800";

        Refusal(() => new Attachment("c", "/run/netns/x", Half)).Message.Should().EndWith("is not valid Unicode (code 4).");
        Refusal(() => new Attachment("c", $"/run/{Half}", "eth0")).Code.Should().Be(4);
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", [new("K", Half)])).Code.Should().Be(4);
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", capabilities: new JsonObject { ["mac"] = new JsonArray(Half) })).Code
            .Should().Be(4);
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", capabilities: new JsonObject { ["mac"] = new JsonObject { [Half] = 1 } }))
            .Code.Should().Be(4);
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", capabilities: JsonNode.Parse("""{"mac":"\ud800"}""")!.AsObject())).Code
            .Should().Be(4);
    }

    [Fact]
    public void The_nesting_limit_of_a_capability_argument_leaves_room_for_the_record()
    {
        JsonNode Nested(int levels) => levels == 0 ? 1 : new JsonArray(Nested(levels - 1));
        var deepest = new Attachment("c", "/run/netns/x", "eth0", capabilities: new JsonObject { ["a"] = Nested(892) });
        var stored =
            new StoredAttachment { NetworkName = "pods", Network = ScriptedPlugins.NetworkOf("first"), Attachment = deepest, Result = null,
                IsComplete = true };

        CacheRecord.Read(CacheRecord.Write(stored), "record", expected: null)!.Attachment.Capabilities.ToJsonString().Should().Be(
            deepest.Capabilities.ToJsonString());
        Refusal(() => new Attachment("c", "/run/netns/x", "eth0", capabilities: new JsonObject { ["a"] = Nested(893) })).Message
            .Should().Be("capability argument \"a\" is nested more than 892 levels deep (code 4).");
    }

    [Fact]
    public void An_attachment_copies_its_arguments()
    {
        var capabilities = new JsonObject { ["mac"] = "a" };
        var attachment = new Attachment("c", "/run/netns/x", "eth0", capabilities: capabilities);

        capabilities["mac"] = "b";
        attachment.Capabilities["mac"] = "c";

        attachment.Capabilities["mac"]!.GetValue<string>().Should().Be("a");
    }

    // Messages are one line.
    private static string InOneLine(string words) => words.Replace('\n', ' ').Replace('\0', ' ');

    private static CniException Refusal(Func<Attachment> create) => create.Should().Throw<CniException>().Which;
}
