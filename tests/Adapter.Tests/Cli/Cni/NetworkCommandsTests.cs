namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class NetworkCommandsTests : IDisposable
{
    private readonly CniHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task STATUS_of_a_network_that_can_be_attached_to_prints_nothing()
    {
        _host.WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await _host.RunAsync(["status", "pods"], Cancellation)).Should().Be(0);

        _host.Output.Should().BeEmpty();
        _host.Runs.Should().Equal("STATUS first");
    }

    [Theory]
    [InlineData(50u)]
    [InlineData(51u)]
    public async Task STATUS_passes_the_plugins_code_on(uint code)
    {
        _host.WithNetwork("pods", "1.1.0", "first").WithPlugin("first", status: CniHost.Fail(code, "pool exhausted"));

        (await _host.RunAsync(["status", "pods"], Cancellation)).Should().Be(1);

        ((uint?)_host.Json["code"]).Should().Be(code);
        ((string?)_host.Json["msg"]).Should().Be("pool exhausted");
    }

    [Fact]
    public async Task Validate_reports_everything_at_once_and_prints_JSON()
    {
        _host.WithFile("00-broken.conflist", "{\n  \"name\": \"broken\",\n  \"plugins\": [ {} ]\n}")
            .WithNetwork("lan", "1.1.0", "absent").WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await _host.RunAsync(["validate"], Cancellation)).Should().Be(1);

        var error = _host.Json["errors"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)error["file"]).Should().Be(Path.Combine(_host.Networks, "00-broken.conflist"));
        ((string?)error["jsonPath"]).Should().Be("$.plugins[0].type");
        ((int?)error["line"]).Should().Be(3);
        _host.Json["warnings"]!.AsArray().Should().BeEmpty();
        _host.Json["networks"]!.AsArray().Select(network => $"{network!["name"]}: {network["problems"]!.AsArray().Count}").Should().Equal(
            "lan: 1", "pods: 0");
        _host.Json["networks"]![1]!["capabilities"]!.ToJsonString().Should().Be("""["mac"]""");
        _host.Error.Should().Contain("00-broken.conflist: line 3: $.plugins[0].type").And.Contain("CNI network \"lan\": ");
        _host.AllRuns.Should().Equal("VERSION first");
    }

    [Fact]
    public async Task Warnings_alone_exit_with_code_0()
    {
        _host.WithFile("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"first","prevResult":{}}]}""").WithPlugin(
            "first");

        (await _host.RunAsync(["validate"], Cancellation)).Should().Be(0);

        var warning = _host.Json["warnings"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)warning["jsonPath"]).Should().Be("$.plugins[0].prevResult");
        ((int?)warning["line"]).Should().Be(1);
        _host.Error.Should().Contain("prevResult");
    }

    [Fact]
    public async Task Notes_on_plugins_change_no_exit_code()
    {
        _host.WithNetwork("pods", "1.1.0", "cilium-cni").WithPlugin("cilium-cni");

        (await _host.RunAsync(["validate"], Cancellation)).Should().Be(0);

        ((string?)_host.Json["notes"]!.AsArray().Should().ContainSingle().Subject!["message"]).Should().StartWith("plugin cilium-cni: ");
        _host.Error.Should().Contain("/pods.conflist: note: plugin cilium-cni: ");
    }

    [Fact]
    public async Task A_fault_that_a_rule_finds_is_a_problem_of_the_network()
    {
        _host.WithFile("a.conflist", """{"cniVersion":"1.1.0","name":"a","plugins":[{"type":"first","mtu":"__MTU__"}]}""")
            .WithFile("b.conflist", """{"cniVersion":"1.1.0","name":"b","plugins":[{"type":"first","mtu":__MTU__}]}""")
            .WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await _host.RunAsync(["validate"], Cancellation)).Should().Be(1);
        ((string?)_host.Json["networks"]![0]!["problems"]![0]).Should().StartWith("$.plugins[0].mtu is the placeholder __MTU__");
        _host.Json["errors"]!.AsArray().Select(error => (string?)error!["message"]).Should().SatisfyRespectively(
            broken => broken.Should().Contain("invalid JSON"), reason => reason.Should().Contain("placeholders of a template"));

        (await _host.RunAsync(["validate", "pods"], Cancellation)).Should().Be(1, "a file that is not used may have been meant");
        _host.Error.Should().NotContain("placeholder");
    }

    [Fact]
    public async Task Validate_of_one_network_asks_only_its_plugins()
    {
        _host.WithNetwork("lan", "1.1.0", "absent").WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await _host.RunAsync(["validate", "pods"], Cancellation)).Should().Be(0);

        _host.Json["networks"]!.AsArray().Should().ContainSingle();
        _host.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task Validate_of_a_network_that_is_not_there_shows_the_broken_files_beside()
    {
        _host.WithFile("pods.conflist", "{");

        (await _host.RunAsync(["validate", "pods"], Cancellation)).Should().Be(1);

        _host.Json["errors"]!.AsArray().Should().ContainSingle();
        ((string?)_host.Json["networks"]![0]!["problems"]![0]).Should().StartWith("there is no such network");
    }

    [Fact]
    public async Task List_shows_networks_attachments_and_unusable_files_and_runs_nothing()
    {
        _host.WithSandbox().WithFile("00-broken.conflist", "{").WithNetwork("pods", "1.0.0", "first", "second").WithPlugin("first")
            .WithPlugin("second");
        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--container-id", "c1"], Cancellation)).Should().Be(0);

        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);

        _host.Json["networks"]!.ToJsonString().Should().Be(
            $$"""[{"name":"pods","cniVersion":"1.0.0","plugins":["first","second"],"file":"{{_host.Networks}}/pods.conflist"}]""");
        _host.Json["attachments"]!.ToJsonString().Should().Be(
            $$"""[{"networkName":"pods","containerId":"c1","ifname":"eth0","netns":"{{_host.Sandbox}}","addresses":["10.1.0.2/16"]""" +
            $$""","complete":true}]""");
        ((string?)_host.Json["problems"]![0]!["file"]).Should().EndWith("/00-broken.conflist");
        _host.Runs.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("add pods")]
    [InlineData("add pods /run/netns/x more")]
    [InlineData("status")]
    [InlineData("gc pods /run/netns/x")]
    [InlineData("list --yaml")]
    [InlineData("validate pods lan")]
    public async Task A_wrong_command_line_is_exit_code_2_and_an_error_object(string commandLine)
    {
        (await _host.RunAsync(commandLine.Split(' '), Cancellation)).Should().Be(2);

        ((uint?)_host.Json["code"]).Should().Be(4);
        _host.Error.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Wrong_settings_are_exit_code_2_and_an_error_object()
    {
        File.WriteAllText(_host.ConfigFile, "sockett: /a\n");

        (await _host.RunAsync(["list"], Cancellation)).Should().Be(2);

        ((uint?)_host.Json["code"]).Should().Be(6);
        _host.Error.Should().Contain("unknown key sockett");
    }

    [Theory]
    [InlineData("add", "NETNS")]
    [InlineData("gc", "--keep")]
    public async Task Help_needs_no_arguments(string command, string word)
    {
        (await _host.RunAsync([command, "--help"], Cancellation)).Should().Be(0);

        _host.Output.Should().Contain(word);
    }
}
