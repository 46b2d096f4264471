using System.Text.Json.Nodes;

namespace CniInvoker.Tests.Clients;

public sealed class CheckAndDeleteTests : ClientTest
{
    [Fact]
    [Case(21, "dir-cache-del", Libcni = "stores the list without them, so that DEL from its cache skips them",
        Ours = "stores the merged list, and runs all of it")]
    public async Task CHECK_and_DEL_use_the_stored_configuration_and_arguments()
    {
        Plugins.With("first").With("beside").With("other");
        Write("pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first","capabilities":{"mac":true}}]}""");
        Write("pods/10.conf", """{"type":"beside"}""");
        var attachment = new Attachment("c1", Netns, "eth0", [new("IP", "10.1.0.9")], new JsonObject { ["mac"] = "c2:11:22:33:44:55" });
        await Client.AddAsync("pods", attachment, Cancellation);
        Configure("pods", "other");
        Directory.Delete(Path.Combine(Configurations, "pods"), recursive: true);

        await Client.CheckAsync("pods", Attachment(), Cancellation);
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Plugins.Runs.Should().Equal("ADD first", "ADD beside", "CHECK first", "CHECK beside", "DEL beside", "DEL first");
        foreach (var verb in new[] { "CHECK", "DEL" })
        {
            Plugins.Environment("first", verb).Should().Contain(
                new Dictionary<string, string> { ["CNI_NETNS"] = Netns, ["CNI_ARGS"] = "IgnoreUnknown=1;IP=10.1.0.9" });
            Plugins.Stdin("first", verb)["runtimeConfig"]!.ToJsonString().Should().Be("""{"mac":"c2:11:22:33:44:55"}""");
            Plugins.Stdin("first", verb).ContainsKey("prevResult").Should().BeTrue();
        }
    }

    [Fact]
    [Case(39, "cache-states",
        Libcni = "CHECK of what is missing runs without a prevResult, and of a record of another kind with an empty one; DEL deletes " +
            "what it cannot read",
            Ours = "CHECK is refused without a readable record; DEL runs without prevResult, and an unreadable record is moved aside, " +
                "not " +
                "deleted")]
    public async Task CHECK_without_a_record_runs_nothing()
    {
        Plugins.With("first");
        Configure("pods", "first");
        (await FailureOf(() => Client.CheckAsync("pods", Attachment(), Cancellation))).Message.Should().Be(
            "CNI network \"pods\": CHECK failed: there is no record of eth0 of container c1 on network \"pods\": it was never added, or " +
            "it is already deleted (code 3).");
        await Client.AddAsync("pods", Attachment(), Cancellation);
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        (await FailureOf(() => Client.CheckAsync("pods", Attachment(), Cancellation))).Code.Should().Be(CniErrorCode.UnknownContainer);
        Plugins.Runs.Should().Equal("ADD first", "DEL first");
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    public async Task DEL_of_a_refused_configuration_uses_the_corrected_one(string verb)
    {
        var refuses =
            $"if grep -q mistake '{Plugins.Record("first")}'.$CNI_COMMAND.stdin; then\n{ScriptedPlugins.Fail(
                7, "bad configuration")}\nfi\n";
        Plugins.With("first", add: refuses + ScriptedPlugins.Result(), delete: refuses);
        Write("pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first","mtu":"mistake"}]}""");
        (await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation))).CleanupFailure.Should().NotBeNull();
        Configure("pods", "first");

        await (verb == "ADD"
            ? Client.AddAsync("pods", Attachment(), Cancellation)
            : Client.DeleteAsync("pods", Attachment(), Cancellation));

        Client.Attachments().Attachments.Count.Should().Be(verb == "ADD" ? 1 : 0);
        Plugins.Runs.Should().Equal(
            [.. new[] { "ADD first", "DEL first", "DEL first", "DEL first" }, .. verb == "ADD" ? new[] { "ADD first" } : []]);
    }

    [Fact]
    public async Task CHECK_of_an_interrupted_ADD_runs_nothing()
    {
        Plugins.With("first", add: ScriptedPlugins.Fail(5, "no"), delete: ScriptedPlugins.Fail(5, "no"));
        Configure("pods", "first");
        await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        var failure = await FailureOf(() => Client.CheckAsync("pods", Attachment(), Cancellation));

        failure.Msg.Should().Be("the ADD of eth0 of container c1 on network \"pods\" was interrupted; delete it");
        Plugins.Runs.Should().Equal("ADD first", "DEL first");
    }

    [Fact]
    [Case(39, "cache-states")]
    public async Task DEL_without_a_record_uses_the_configured_network_and_may_be_repeated()
    {
        Plugins.With("first");
        Configure("pods", "first");

        await Client.DeleteAsync("pods", Attachment(), Cancellation);
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Plugins.Runs.Should().Equal("DEL first", "DEL first");
        Plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().BeFalse();
    }

    [Fact]
    [Case(39, "cache-states")]
    public async Task CHECK_refuses_an_unreadable_record_and_DEL_runs_without_it()
    {
        Plugins.With("first");
        Configure("pods", "first");
        await Client.AddAsync("pods", Attachment(), Cancellation);
        File.WriteAllText(Path.Combine(State, "results/pods-c1-eth0"), "");

        var check = await FailureOf(() => Client.CheckAsync("pods", Attachment(), Cancellation));
        var add = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        check.Code.Should().Be(CniErrorCode.DecodingFailure);
        add.Code.Should().Be(CniErrorCode.DecodingFailure);
        Plugins.Runs.Should().Equal("ADD first", "DEL first");
        Plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().BeFalse();
        File.Exists(Path.Combine(State, "unreadable/pods-c1-eth0")).Should().BeTrue();
        Client.Attachments().Should().BeEquivalentTo(new { Attachments = Array.Empty<object>(), Problems = Array.Empty<object>() });
    }

    [Fact]
    [Case(39, "cache-states")]
    public async Task CHECK_and_DEL_use_a_bare_result_of_old_libcni_with_the_configured_network()
    {
        Plugins.With("first");
        Configure("pods", "first");
        Directory.CreateDirectory(Path.Combine(State, "results"));
        File.WriteAllText(
            Path.Combine(State, "results/pods-c1-eth0"), """{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.2/16"}]}""");

        await Client.CheckAsync("pods", Attachment(), Cancellation);
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Plugins.Stdin("first", "CHECK")["prevResult"]!.ToJsonString().Should().Be(
            """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}]}""");
        Plugins.Stdin("first", "DEL")["prevResult"]!.ToJsonString().Should().Be(
            """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}]}""");
        Plugins.Environment("first", "CHECK")["CNI_NETNS"].Should().Be(Netns);
    }

    [Fact]
    [Spec("del-environment")]
    public async Task DEL_with_an_empty_namespace_passes_no_stored_namespace_path()
    {
        Plugins.With("first");
        Configure("pods", "first");
        await Client.AddAsync("pods", Attachment(), Cancellation);

        await Client.DeleteAsync("pods", new Attachment("c1", "", "eth0"), Cancellation);

        Plugins.Environment("first", "DEL")["CNI_NETNS"].Should().BeEmpty();
        Plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().BeTrue("all else is as ADD had it");
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first"}]}""",
        new[] { "CHECK first", "CHECK beside", "DEL beside", "DEL first" })]
    [InlineData("""{"cniVersion":"1.0.0","name":"pods"}""", new[] { "CHECK beside", "DEL beside" })]
    [InlineData("""{"cniVersion":"1.0.0","name":"pods","loadOnlyInlinedPlugins":true,"plugins":[{"type":"first"}]}""",
        new[] { "CHECK first", "DEL first" })]
    [Case(21, "dir-cache-del")]
    public async Task A_record_of_libcni_is_completed_with_the_plugins_in_separate_files(string list, string[] runs)
    {
        Plugins.With("first").With("beside");
        Write("pods/10.conf", """{"type":"beside"}""");
        TakeOver(list);

        await Client.CheckAsync("pods", Attachment(), Cancellation);
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Plugins.Runs.Should().Equal(runs);
        Plugins.Stdin(runs[^1].Split(' ')[1], "DEL").ContainsKey("prevResult").Should().BeTrue();
    }

    [Fact]
    [Case(21, "dir-cache-del")]
    public async Task A_record_of_libcni_whose_plugins_are_all_gone_is_refused_with_the_reason()
    {
        TakeOver("""{"cniVersion":"1.0.0","name":"pods"}""");

        (await FailureOf(() => Client.DeleteAsync("pods", Attachment(), Cancellation))).Msg.Should().StartWith(
            "its record contains no plugin, and ");
    }

    private void TakeOver(string list)
    {
        Directory.CreateDirectory(Path.Combine(State, "results"));
        var config = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(list));
        File.WriteAllText(
            Path.Combine(State, "results/pods-c1-eth0"),
            $$"""{"kind":"cniCacheV1","containerId":"c1","config":"{{config}}","ifName":"eth0","networkName":"pods","netns":"{{Netns}}","result":{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.2/16"}]} }""");
    }

    [Fact]
    [Case(53, "netns-file-junk")]
    public async Task DEL_gets_no_namespace_path_that_is_an_ordinary_file()
    {
        Plugins.With("first");
        Configure("pods", "first");
        var link = Plugins.Record("netns");
        File.CreateSymbolicLink(link, Netns);
        await Client.AddAsync("pods", new Attachment("c1", link, "eth0"), Cancellation);
        File.Delete(link);
        File.WriteAllText(link, "");

        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Plugins.Environment("first", "DEL")["CNI_NETNS"].Should().BeEmpty();
        File.Exists(link).Should().BeTrue("it is not ours to remove");
    }

    [Fact]
    [Case(34, "expired-deadline-del")]
    public async Task DEL_after_an_ADD_past_its_deadline_has_its_own_deadline()
    {
        Plugins.With("first", add: "sleep 100", delete: $"sleep 0.5; touch '{Plugins.Record("deleted")}'");
        Configure("pods", "first");
        var client = new CniClient(Options with { Deadlines = new CniDeadlines { Add = TimeSpan.FromMilliseconds(200) } });

        var failure = await FailureOf(() => client.AddAsync("pods", Attachment(), Cancellation));

        failure.TimedOut.Should().BeTrue();
        File.Exists(Plugins.Record("deleted")).Should().BeTrue();
        client.Attachments().Attachments.Should().BeEmpty();
    }
}
