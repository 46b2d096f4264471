namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class NetworkCommandsTests : IDisposable
{
    private const int Deadline = 120_000;

    private readonly CniHost host = new();

    public void Dispose() => host.Dispose();

    [Fact(Timeout = Deadline)]
    public async Task STATUS_of_a_network_that_can_be_attached_to_prints_nothing()
    {
        host.WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await host.RunAsync(["status", "pods"], TestContext.Current.CancellationToken)).Should().Be(0);

        host.Output.Should().BeEmpty();
        host.Runs.Should().Equal("STATUS first");
    }

    [Theory(Timeout = Deadline)]
    [InlineData(50u)]
    [InlineData(51u)]
    public async Task STATUS_passes_the_plugins_code_on(uint code)
    {
        host.WithNetwork("pods", "1.1.0", "first").WithPlugin("first", status: CniHost.Fail(code, "pool exhausted"));

        (await host.RunAsync(["status", "pods"], TestContext.Current.CancellationToken)).Should().Be(1);

        ((uint?)host.Json["code"]).Should().Be(code);
        ((string?)host.Json["msg"]).Should().Be("pool exhausted");
    }

    [Fact(Timeout = Deadline)]
    public async Task Validate_tells_everything_at_once_and_prints_JSON()
    {
        host.WithFile("00-broken.conflist", "{\n  \"name\": \"broken\",\n  \"plugins\": [ {} ]\n}")
            .WithNetwork("lan", "1.1.0", "absent").WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await host.RunAsync(["validate"], TestContext.Current.CancellationToken)).Should().Be(1);

        var error = host.Json["errors"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)error["file"]).Should().Be(Path.Combine(host.Networks, "00-broken.conflist"));
        ((string?)error["jsonPath"]).Should().Be("$.plugins[0].type");
        ((int?)error["line"]).Should().Be(3);
        host.Json["warnings"]!.AsArray().Should().BeEmpty();
        host.Json["networks"]!.AsArray().Select(network => $"{network!["name"]}: {network["problems"]!.AsArray().Count}").Should().Equal("lan: 1", "pods: 0");
        host.Json["networks"]![1]!["capabilities"]!.ToJsonString().Should().Be("""["mac"]""");
        host.Error.Should().Contain("00-broken.conflist: line 3: $.plugins[0].type").And.Contain("CNI network \"lan\": ");
        host.AllRuns.Should().Equal("VERSION first");
    }

    [Fact(Timeout = Deadline)]
    public async Task Warnings_alone_are_no_failure()
    {
        host.WithFile("pods.conflist", """{"cniVersion":"1.1.0","name":"pods","plugins":[{"type":"first","prevResult":{}}]}""").WithPlugin("first");

        (await host.RunAsync(["validate"], TestContext.Current.CancellationToken)).Should().Be(0);

        var warning = host.Json["warnings"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)warning["jsonPath"]).Should().Be("$.plugins[0].prevResult");
        ((int?)warning["line"]).Should().Be(1);
        host.Error.Should().Contain("prevResult");
    }

    [Fact(Timeout = Deadline)]
    public async Task Validate_of_one_network_asks_only_its_plugins()
    {
        host.WithNetwork("lan", "1.1.0", "absent").WithNetwork("pods", "1.1.0", "first").WithPlugin("first");

        (await host.RunAsync(["validate", "pods"], TestContext.Current.CancellationToken)).Should().Be(0);

        host.Json["networks"]!.AsArray().Should().ContainSingle();
        host.Error.Should().BeEmpty();
    }

    [Fact(Timeout = Deadline)]
    public async Task Validate_of_a_network_that_is_not_there_shows_the_broken_files_beside()
    {
        host.WithFile("pods.conflist", "{");

        (await host.RunAsync(["validate", "pods"], TestContext.Current.CancellationToken)).Should().Be(1);

        host.Json["errors"]!.AsArray().Should().ContainSingle();
        ((string?)host.Json["networks"]![0]!["problems"]![0]).Should().StartWith("there is no such network");
    }

    [Fact(Timeout = Deadline)]
    public async Task List_shows_networks_attachments_and_unusable_files_and_runs_nothing()
    {
        host.WithSandbox().WithFile("00-broken.conflist", "{").WithNetwork("pods", "1.0.0", "first", "second").WithPlugin("first").WithPlugin("second");
        (await host.RunAsync(["add", "pods", host.Sandbox, "--container-id", "c1"], TestContext.Current.CancellationToken)).Should().Be(0);

        (await host.RunAsync(["list"], TestContext.Current.CancellationToken)).Should().Be(0);

        host.Json["networks"]!.ToJsonString().Should().Be(
            $$"""[{"name":"pods","cniVersion":"1.0.0","plugins":["first","second"],"file":"{{host.Networks}}/pods.conflist"}]""");
        host.Json["attachments"]!.ToJsonString().Should().Be(
            $$"""[{"networkName":"pods","containerID":"c1","ifname":"eth0","netns":"{{host.Sandbox}}","addresses":["10.1.0.2/16"],"complete":true}]""");
        ((string?)host.Json["problems"]![0]!["file"]).Should().EndWith("/00-broken.conflist");
        host.Runs.Should().HaveCount(2);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("add")]
    [InlineData("add pods")]
    [InlineData("add pods /run/netns/x more")]
    [InlineData("status")]
    [InlineData("gc pods /run/netns/x")]
    [InlineData("list --yaml")]
    [InlineData("validate pods lan")]
    public async Task A_wrong_command_line_is_exit_code_2_and_an_error_object(string commandLine)
    {
        (await host.RunAsync(commandLine.Split(' '), TestContext.Current.CancellationToken)).Should().Be(2);

        ((uint?)host.Json["code"]).Should().Be(4);
        host.Error.Should().NotBeEmpty();
    }

    [Fact(Timeout = Deadline)]
    public async Task Wrong_settings_are_exit_code_2_and_an_error_object()
    {
        File.WriteAllText(host.ConfigFile, "sockett: /a\n");

        (await host.RunAsync(["list"], TestContext.Current.CancellationToken)).Should().Be(2);

        ((uint?)host.Json["code"]).Should().Be(6);
        host.Error.Should().Contain("unknown key sockett");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("add", "NETNS")]
    [InlineData("gc", "--keep")]
    public async Task Help_needs_no_arguments(string command, string word)
    {
        (await host.RunAsync([command, "--help"], TestContext.Current.CancellationToken)).Should().Be(0);

        host.Output.Should().Contain(word);
    }
}
