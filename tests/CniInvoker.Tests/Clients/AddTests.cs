namespace CniInvoker.Tests.Clients;

public sealed class AddTests : ClientTest
{
    [Fact]
    [Spec("result-stored")]
    public async Task An_attachment_is_stored_with_its_result()
    {
        Plugins.With("first", add: ScriptedPlugins.Result("10.1.0.1/16")).With("second", add: ScriptedPlugins.Result("10.1.0.2/16"));
        Configure("pods", "first", "second");

        var result = await Client.AddAsync("pods", Attachment(), Cancellation);

        var stored = Client.Attachments().Attachments.Single();
        stored.IsComplete.Should().BeTrue();
        stored.Id.Should().Be(new AttachmentId("pods", "c1", "eth0"));
        stored.Result!.Json.ToJsonString().Should().Be(result.Json.ToJsonString()).And.Contain("10.1.0.2");
    }

    [Fact]
    [Case(26, "add-fail-del-fail")]
    public async Task The_record_is_durable_before_the_first_plugin_and_each_result_before_the_next()
    {
        var record = Path.Combine(State, "results/pods-c1-eth0");
        Plugins.With("first", add: $"cp '{record}' '{Plugins.Record("intent")}'\n{ScriptedPlugins.Result("10.1.0.1/16")}")
            .With("second", add: $"cp '{record}' '{Plugins.Record("progress")}'\n{ScriptedPlugins.Result()}");
        Configure("pods", "first", "second");

        await Client.AddAsync("pods", Attachment(), Cancellation);

        File.ReadAllText(Plugins.Record("intent")).Should().Contain("\"isComplete\":false").And.NotContain("\"result\"");
        File.ReadAllText(Plugins.Record("progress")).Should().Contain("\"isComplete\":false").And.Contain("10.1.0.1/16");
    }

    [Fact]
    public async Task A_failed_ADD_with_a_successful_clean_up_leaves_no_record()
    {
        Plugins.With("first").With("second", add: ScriptedPlugins.Fail(11, "busy"));
        Configure("pods", "first", "second");

        var failure = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        failure.Code.Should().Be(11);
        Plugins.Runs.Should().Equal("ADD first", "ADD second", "DEL second", "DEL first");
        Client.Attachments().Attachments.Should().BeEmpty();
    }

    [Fact]
    [Case(26, "add-fail-del-fail")]
    public async Task A_failed_ADD_with_a_failed_clean_up_keeps_its_record_until_DEL_succeeds()
    {
        Plugins.With("first", add: ScriptedPlugins.Result("10.1.0.1/16")).With("second", add: ScriptedPlugins.Fail(11, "busy"),
            delete: $"test -e '{Plugins.Record("well")}' || {{ {ScriptedPlugins.Fail(5, "disk full")}\n}}");
        Configure("pods", "first", "second");
        await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        var stored = Client.Attachments().Attachments.Single();
        stored.IsComplete.Should().BeFalse();
        stored.Result!.Ips.Single().Address.ToString().Should().Be("10.1.0.1");
        await FailureOf(() => Client.DeleteAsync("pods", Attachment(), Cancellation));
        Client.Attachments().Attachments.Should().ContainSingle();
        File.WriteAllText(Plugins.Record("well"), "");
        await Client.DeleteAsync("pods", Attachment(), Cancellation);

        Client.Attachments().Attachments.Should().BeEmpty();
        Plugins.Stdin("first", "DEL")["prevResult"]!["ips"]![0]!["address"]!.GetValue<string>().Should().Be("10.1.0.1/16");
    }

    [Fact]
    public async Task An_interrupted_ADD_is_cleaned_up_before_the_next_one()
    {
        Plugins.With("first");
        Configure("pods", "first");
        new FileAttachmentStore(State).Write(new StoredAttachment
        {
            NetworkName = "pods", Network = Client.Networks().Find("pods"), Attachment = Attachment(), Result = null, IsComplete = false,
        });

        await Client.AddAsync("pods", Attachment(), Cancellation);

        Plugins.Runs.Should().Equal("DEL first", "ADD first");
        Client.Attachments().Attachments.Single().IsComplete.Should().BeTrue();
    }

    [Fact]
    public async Task A_second_ADD_without_a_DEL_is_refused_and_changes_nothing()
    {
        Plugins.With("first");
        Configure("pods", "first");
        await Client.AddAsync("pods", Attachment(), Cancellation);

        var failure = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        failure.Message.Should().Be(
            "CNI network \"pods\": ADD failed: eth0 of container c1 on network \"pods\" is already attached; delete it first (code 4).");
        Plugins.Runs.Should().Equal("ADD first");
        Client.Attachments().Attachments.Should().ContainSingle();
    }

    [Fact]
    public async Task Other_interfaces_and_networks_of_a_container_are_separate_attachments()
    {
        Plugins.With("first");
        Configure("pods", "first");
        Configure("web", "first");

        await Client.AddAsync("pods", Attachment(), Cancellation);
        await Client.AddAsync("pods", Attachment(ifname: "eth1"), Cancellation);
        await Client.AddAsync("web", Attachment(ifname: "eth2"), Cancellation);
        await Client.DeleteAsync("pods", Attachment(ifname: "eth1"), Cancellation);

        Client.Attachments().Attachments.Select(stored => stored.Id.ToString()).Should().Equal(
            "eth0 of container c1 on network \"pods\"", "eth2 of container c1 on network \"web\"");
    }

    [Fact]
    public async Task A_plugin_that_cannot_start_is_refused_before_anything_runs_and_leaves_no_record()
    {
        Plugins.With("first").With("second");
        File.WriteAllText(Path.Combine(Plugins.Directory, "second"), "#!/nowhere/sh\n");
        Configure("pods", "first", "second");

        var failure = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        failure.Message.Should().Be(
            $"CNI network \"pods\": ADD failed: {Plugins.Directory}/second could not run: its interpreter /nowhere/sh does not exist.");
        Plugins.Runs.Should().BeEmpty();
        Client.Attachments().Attachments.Should().BeEmpty();
    }

    [Fact]
    public async Task An_invalid_namespace_is_refused_before_anything_runs()
    {
        Plugins.With("first");
        Configure("pods", "first");
        var file = Plugins.Record("file");
        File.WriteAllText(file, "");

        foreach (var (path, problem) in new[]
        {
            ("/nowhere/netns", "cannot be opened: does it exist?"),
            (file, "is not a network namespace"),
            ("/proc/self/ns/uts", "is not a network namespace"),
            ("/proc/self/ns/net", "is the network namespace of this process, not of a container"),
        })
        {
            var failure = await FailureOf(() => Client.AddAsync("pods", new Attachment("c1", path, "eth0"), Cancellation));
            failure.Message.Should().Be($"CNI network \"pods\": ADD failed: network namespace \"{path}\" {problem} (code 8).");
        }

        Plugins.Runs.Should().BeEmpty();
        Client.Attachments().Attachments.Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_network_is_refused_with_the_directorys_problems()
    {
        Write("bad.conflist", "{\"name\":\"pods\",\n\"plugins\":[],\n\"disableCheck\":1}");

        var failure = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        failure.Code.Should().Be(CniErrorCode.InvalidNetworkConfiguration);
        failure.Msg.Should().Be(
            $"network \"pods\" is not configured in {Configurations}; {Configurations}/bad.conflist cannot be used: line 2: $.plugins " +
            $"lists no plugin, line 3: $.disableCheck must be true or false");
    }

    [Fact]
    public async Task A_network_name_that_leads_out_of_the_directory_is_refused_on_every_operation()
    {
        foreach (var run in new Func<Task>[]
        {
            () => Client.AddAsync("../x", Attachment(), Cancellation),
            () => Client.CheckAsync("../x", Attachment(), Cancellation),
            () => Client.DeleteAsync("../x", Attachment(), Cancellation),
        })
        {
            (await FailureOf(run)).Code.Should().Be(CniErrorCode.InvalidNetworkConfiguration);
        }
    }

    [Fact]
    public async Task When_the_record_cannot_be_written_nothing_runs()
    {
        Plugins.With("first");
        Configure("pods", "first");
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Combine(State, "results"), "in the way");

        var failure = await FailureOf(() => Client.AddAsync("pods", Attachment(), Cancellation));

        failure.Code.Should().Be(CniErrorCode.InputOutput);
        failure.Msg.Should().StartWith("the record of eth0 of container c1 on network \"pods\" cannot be written: ");
        Plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Case(49, "lock-same-id", Libcni = "locks nothing",
        Ours = "one operation per container and GC alone, among all processes that share a lock file")]
    public async Task Two_clients_attach_one_container_one_after_the_other()
    {
        var meanwhile = Plugins.Record("meanwhile");
        Plugins.With(
            "first", add: $"mkdir '{meanwhile}' || {{ {ScriptedPlugins.Fail(
                100, "not alone")}\n}}\nsleep 0.05; rmdir '{meanwhile}'\n{ScriptedPlugins.Result()}");
        Configure("pods", "first");

        await Task.WhenAll(
            Enumerable.Range(0, 6).Select(number => Client.AddAsync("pods", Attachment(ifname: $"eth{number}"), Cancellation)));

        Client.Attachments().Attachments.Should().HaveCount(6);
    }

    [Fact]
    public async Task A_container_of_another_runtime_is_refused()
    {
        Plugins.With("first");
        Configure("pods", "first");
        var client = new CniClient(Options with { ForeignAttachments = network => [new AttachmentId(network, "c1", "eth0")] });

        foreach (var run in new Func<Task>[]
        {
            () => client.AddAsync("pods", Attachment(ifname: "eth7"), Cancellation),
            () => client.CheckAsync("pods", Attachment(), Cancellation),
            () => client.DeleteAsync("pods", Attachment(), Cancellation),
        })
        {
            (await FailureOf(run)).Msg.Should().Be("container c1 is managed by another runtime");
        }

        await client.AddAsync("pods", Attachment("c2"), Cancellation);
        Plugins.Runs.Should().Equal("ADD first");
    }
}
