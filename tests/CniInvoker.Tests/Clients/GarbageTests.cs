using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Clients;

public sealed class GarbageTests : ClientTest
{
    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled",
        Libcni = "treats a missing list as an empty one, and deletes every attachment of the network",
        Ours = "refused without a list that names an attachment of the network, unless forced; DEL as ADD was, not as the network is " +
            "configured now")]
    [Spec("gc-no-substitute")]
    [Spec("gc-configuration")]
    [Spec("gc-environment")]
    [Spec("request-valid-attachments")]
    public async Task Stored_attachments_outside_the_list_are_deleted_and_plugins_get_the_list()
    {
        await AttachAsync("1.1.0");

        var deleted = await Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation);

        deleted.Should().Equal(Id("c2"));
        Plugins.Runs.Skip(6).Should().Equal("DEL second", "DEL first", "GC first", "GC second");
        Plugins.Environment("first", "DEL")["CNI_CONTAINERID"].Should().Be("c2");
        var stdin = Plugins.Stdin("second", "GC");
        stdin["cni.dev/valid-attachments"]!.ToJsonString().Should().Be("""[{"containerID":"c1","ifname":"eth0"}]""");
        JsonNode.DeepEquals(stdin["cni.dev/attachments"], stdin["cni.dev/valid-attachments"]).Should().BeTrue();
        stdin.ContainsKey("prevResult").Should().BeFalse();
        Plugins.Environment("first", "GC").Should().Contain(
            new Dictionary<string, string> { ["CNI_CONTAINERID"] = "", ["CNI_NETNS"] = "", ["CNI_IFNAME"] = "", ["CNI_ARGS"] = "",
                ["CNI_PATH"] = Plugins.Directory });
        Client.Attachments().Attachments.Select(stored => stored.Id).Should().Equal(Id("c1"), new AttachmentId("web", "c3", "eth0"));
    }

    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled")]
    public async Task DEL_of_a_stale_attachment_gets_no_namespace_path_that_another_uses()
    {
        await AttachAsync("1.1.0"); // All with one namespace path.

        await Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation);

        Plugins.Environment("first", "DEL").Should().Contain("CNI_CONTAINERID", "c2").And.Contain("CNI_NETNS", "");
    }

    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled")]
    public async Task GC_without_a_list_is_refused()
    {
        await AttachAsync("1.1.0");

        foreach (var valid in new AttachmentId[][] { [], [new AttachmentId("web", "c3", "eth0")] })
        {
            (await FailureOf(() => Client.CollectGarbageAsync("pods", valid, force: false, Cancellation))).Message.Should().Be(
                "CNI network \"pods\": GC failed: no valid attachments given: GC would remove everything on the network; list the live " +
                "attachments, or use force (code 4).");
        }

        Plugins.Runs.Should().HaveCount(6, "nothing ran");
        Client.Attachments().Attachments.Should().HaveCount(3);
    }

    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled")]
    public async Task Forced_GC_without_a_list_removes_everything_on_its_network_only()
    {
        await AttachAsync("1.1.0");

        var deleted = await Client.CollectGarbageAsync("pods", [], force: true, Cancellation);

        deleted.Should().Equal(Id("c1"), Id("c2"));
        Plugins.Stdin("first", "GC")["cni.dev/valid-attachments"]!.ToJsonString().Should().Be(
            "[]", "plugins in Go take null for a mistake");
        Client.Attachments().Attachments.Select(stored => stored.NetworkName).Should().Equal("web");
    }

    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled")]
    public async Task Before_1_1_0_only_DEL_runs()
    {
        await AttachAsync("1.0.0");

        await Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation);

        Plugins.Runs.Skip(6).Should().Equal("DEL second", "DEL first");
    }

    [Fact]
    [Case(45, "gc-valid / gc-empty / gc-nil / gc-old / gc-disabled")]
    [Spec("disable-gc")]
    public async Task GC_does_nothing_on_a_network_that_disables_it()
    {
        await AttachAsync("1.1.0", "\"disableGC\":\"True\",");

        var deleted = await Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation);

        deleted.Should().BeEmpty();
        Plugins.Runs.Should().HaveCount(6);
        Client.Attachments().Attachments.Should().HaveCount(3);
    }

    [Fact]
    [Case(46, "gc-errors")]
    [Spec("gc-goes-on")]
    public async Task GC_continues_after_a_failure_and_reports_every_failure()
    {
        Plugins.With("first", collect: ScriptedPlugins.Fail(5, "store is locked")).With("second", delete: ScriptedPlugins.Fail(11, "busy"))
            .With("third", collect: ScriptedPlugins.Fail(100, "odd"));
        Write("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"first"},{"type":"second"},{"type":"third"}]}""");
        await Client.AddAsync("pods", Attachment("c2"), Cancellation);

        var failure = await FailureOf(() => Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation));

        Plugins.Runs.Skip(3).Should().Equal("DEL third", "DEL second", "GC first", "GC second", "GC third");
        failure.Code.Should().Be(11);
        failure.OtherFailures.Select(other => other.Code).Should().Equal(5u, 100u);
        failure.Message.Should().Be(
            "CNI network \"pods\": plugin \"second\" failed DEL: busy (code 11). Also: CNI network \"pods\": plugin \"first\" failed GC: " +
            "store is locked (code 5). Also: CNI network \"pods\": plugin \"third\" failed GC: odd (code 100).");
        Plugins.Stdin("first", "GC")["cni.dev/valid-attachments"]!.AsArray().Should().HaveCount(
            2, "an attachment whose DEL failed still needs its DEL");
        Client.Attachments().Attachments.Single().Id.Should().Be(Id("c2"));
    }

    [Fact]
    [Spec("gc-missing-plugin")]
    public async Task A_missing_plugin_is_an_error_of_GC_and_the_others_run()
    {
        Plugins.With("second");
        Write("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"absent"},{"type":"second"}]}""");

        var failure = await FailureOf(() => Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation));

        failure.Msg.Should().StartWith("plugin \"absent\" was not found in ");
        Plugins.Runs.Should().Equal("GC second");
    }

    [Fact]
    public async Task Attachments_of_another_runtime_always_stay()
    {
        Plugins.With("first");
        Write("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"first"}]}""");
        var client = new CniClient(Options with { ForeignAttachments = network => [new AttachmentId(network, "theirs", "eth0")] });

        await client.CollectGarbageAsync("pods", [], force: true, Cancellation);

        Plugins.Stdin("first", "GC")["cni.dev/valid-attachments"]!.ToJsonString().Should().Be(
            """[{"containerID":"theirs","ifname":"eth0"}]""");
    }

    [Fact]
    [Case(49, "lock-same-id")]
    [Spec("gc-alone")]
    [Spec("gc-awaited")]
    public async Task GC_waits_for_a_running_ADD_and_the_next_ADD_waits_for_GC()
    {
        var (started, go) = (Plugins.Record("started"), Plugins.Record("go"));
        Plugins.With("first", add: $"touch '{started}'; while ! test -e '{go}'; do sleep 0.01; done\n{ScriptedPlugins.Result()}");
        Write("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"first"}]}""");
        Plugins.With("second");
        Write("web.conflist", """{"cniVersion":"1.1.0","name":"web","plugins":[{"type":"second"}]}""");

        var add = Client.AddAsync("pods", Attachment(), Cancellation);
        await Eventually.FileAsync(started);
        var collection = Client.CollectGarbageAsync("pods", [Id("c1")], force: false, Cancellation);
        var next = Client.AddAsync("pods", Attachment("c2"), Cancellation);
        // Starts last and waits for nothing: by its end the others could have run plugins too.
        await Client.AddAsync("web", Attachment("c3"), Cancellation);
        Plugins.Runs.Should().Equal("ADD first", "ADD second");
        File.WriteAllText(go, "");
        await Task.WhenAll(add, collection, next);

        Plugins.Runs.Skip(2).Should().Equal("GC first", "ADD first");
    }

    private static AttachmentId Id(string containerId) => new("pods", containerId, "eth0");

    private async Task AttachAsync(string version, string more = "")
    {
        Plugins.With("first").With("second");
        Write("pods.conflist",
            $$"""{"cniVersion":"{{version}}","name":"pods",{{more}}"plugins":[{"type":"first","prevResult":{} },{"type":"second"}] }""");
        Write("web.conflist", $$"""{"cniVersion":"{{version}}","name":"web","plugins":[{"type":"first"},{"type":"second"}]}""");
        await Client.AddAsync("pods", Attachment("c1"), Cancellation);
        await Client.AddAsync("pods", Attachment("c2"), Cancellation);
        await Client.AddAsync("web", Attachment("c3"), Cancellation);
    }
}
