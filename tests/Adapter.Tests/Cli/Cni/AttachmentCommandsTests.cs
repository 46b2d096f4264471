using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class AttachmentCommandsTests : IDisposable
{
    private readonly CniHost _host = new CniHost().WithSandbox();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task ADD_prints_the_last_plugins_result_and_nothing_else()
    {
        _host.WithNetwork("pods", "1.0.0", "first", "second").WithPlugin("first").WithPlugin(
            "second", add: CniHost.Print(CniHost.Result.Replace("0.2/", "0.3/", StringComparison.Ordinal)));

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Output.Should().Be("""
            {
              "cniVersion": "1.0.0",
              "ips": [
                {
                  "address": "10.1.0.3/16"
                }
              ],
              "vendor": {
                "é": "\"<&>"
              }
            }

            """);
        _host.Error.Should().BeEmpty();
        _host.Runs.Should().Equal("ADD first", "ADD second");
    }

    [Fact]
    public async Task A_result_of_an_older_plugin_is_printed_in_the_networks_version()
    {
        _host.WithNetwork("pods", "1.0.0", "old").WithPlugin(
            "old", add: CniHost.Print("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.2/16"}]}"""));

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        ((string?)_host.Json["cniVersion"]).Should().Be("1.0.0");
    }

    [Fact]
    public async Task Without_an_id_the_container_id_is_that_of_cnitool()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        var (_, sum, _) = Tool.Try("sha512sum", [], input: _host.Sandbox);
        _host.Variable("first", "ADD", "CNI_CONTAINERID").Should().Be($"cnitool-{sum[..20]}");
        _host.Variable("first", "ADD", "CNI_NETNS").Should().Be(_host.Sandbox);
        _host.Variable("first", "ADD", "CNI_IFNAME").Should().Be("eth0");
        _host.Variable("first", "ADD", "CNI_ARGS").Should().BeEmpty();
    }

    [Theory]
    [InlineData(CniHost.Nothing, "stays until you remove it.\n")]
    [InlineData("exit 1", "Its addresses stay taken: ")]
    public async Task A_DEL_that_always_fails_can_be_abandoned_and_only_the_IPAM_plugin_runs(string release, string sentence)
    {
        _host.WithFile("pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first","ipam":{"type":"pool"}}]}""")
            .WithPlugin("first", delete: CniHost.Fail(999, "the quarry is shut")).WithPlugin("pool", delete: release);
        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);
        (await _host.RunAsync(["del", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        (await _host.RunAsync(["del", "pods", _host.Sandbox, "--forget"], Cancellation)).Should().Be(0);

        _host.Output.Should().BeEmpty();
        _host.Error.Should().Contain(sentence);
        _host.Runs.Should().Equal("ADD first", "DEL first", "DEL pool");
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        _host.Json["attachments"]!.AsArray().Should().BeEmpty();
        (await _host.RunAsync(["del", "pods", _host.Sandbox, "--forget"], Cancellation)).Should().Be(1);
        ((int)_host.Json["code"]!).Should().Be(3);
    }

    [Fact]
    public async Task A_path_that_is_not_normalised_means_the_same_attachment()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _host.Sandbox);

        (await _host.RunAsync(["add", "pods", relative], Cancellation)).Should().Be(0);
        (await _host.RunAsync(["del", "pods", $"{_host.Sandbox}/.././/sandbox/"], Cancellation)).Should().Be(0);

        _host.Variable("first", "DEL", "CNI_NETNS").Should().Be(_host.Sandbox);
        _host.Variable("first", "DEL", "CNI_CONTAINERID").Should().Be(_host.Variable("first", "ADD", "CNI_CONTAINERID"));
        _host.Stdin("first", "DEL").Should().ContainKey("prevResult");
    }

    [Theory]
    [InlineData("", "", "eth0")]
    [InlineData("", "net1", "net1")]
    [InlineData("-i net2", "net1", "net2")]
    [InlineData("--ifname net2", "", "net2")]
    public async Task The_interface_is_named_by_the_option_then_by_the_environment(string option, string variable, string expected)
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first").Variables["CNI_IFNAME"] = variable;

        (await _host.RunAsync(["add", "pods", _host.Sandbox, .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Cancellation))
            .Should().Be(0);

        _host.Variable("first", "ADD", "CNI_IFNAME").Should().Be(expected);
    }

    [Fact]
    public async Task The_container_is_named_by_the_option_then_by_the_environment()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first").Variables["CNI_CONTAINERID"] = "c1";

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);
        _host.Variable("first", "ADD", "CNI_CONTAINERID").Should().Be("c1");

        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--container-id", "c2"], Cancellation)).Should().Be(0);
        _host.Variable("first", "ADD", "CNI_CONTAINERID").Should().Be("c2");
    }

    [Fact]
    public async Task CHECK_and_DEL_print_nothing_and_repeat_the_arguments_of_ADD_whatever_the_environment()
    {
        _host.WithNetwork("pods", "1.0.0", "first", "second").WithPlugin("first").WithPlugin("second");
        _host.Variables["CNI_ARGS"] = "K8S_POD_NAME=web;IP=10.1.0.2";
        _host.Variables["CAP_ARGS"] = """{"mac":"02:00:00:00:00:01","bandwidth":{}}""";
        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);
        _host.Variables.Clear();

        (await _host.RunAsync(["check", "pods", _host.Sandbox], Cancellation)).Should().Be(0);
        _host.Output.Should().BeEmpty();
        (await _host.RunAsync(["del", "pods", _host.Sandbox], Cancellation)).Should().Be(0);
        _host.Output.Should().BeEmpty();

        _host.Error.Should().BeEmpty();
        _host.Runs.Should().Equal("ADD first", "ADD second", "CHECK first", "CHECK second", "DEL second", "DEL first");
        foreach (var verb in new[] { "ADD", "CHECK", "DEL" })
        {
            _host.Variable("first", verb, "CNI_ARGS").Should().EndWith("K8S_POD_NAME=web;IP=10.1.0.2");
            _host.Stdin("first", verb)["runtimeConfig"]!.ToJsonString().Should().Be("""{"mac":"02:00:00:00:00:01"}""");
        }
    }

    [Fact]
    public async Task DEL_may_be_repeated_and_the_namespace_may_be_gone()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

        (await _host.RunAsync(["del", "pods", "/run/netns/never-was"], Cancellation)).Should().Be(0);
        (await _host.RunAsync(["del", "pods", "/run/netns/never-was"], Cancellation)).Should().Be(0);

        _host.Runs.Should().Equal("DEL first", "DEL first");
    }

    [Fact]
    public async Task Attachments_are_remembered_in_the_state_directory_and_not_where_libcni_does()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

        (await _host.RunAsync(["add", "pods", _host.Sandbox, "--container-id", "cni-cli-test"], Cancellation)).Should().Be(0);

        Directory.EnumerateFiles(Path.Combine(_host.State, "cni"), "*cni-cli-test*", SearchOption.AllDirectories).Should().ContainSingle();
        Tool.Try("find", ["/var/lib/cni", "-name", "*cni-cli-test*"]).Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData(11u)]
    [InlineData(100u)]
    [InlineData(999u)]
    public async Task The_error_of_a_plugin_is_printed_unchanged(uint code)
    {
        _host.WithNetwork("pods", "1.0.0", "first", "second").WithPlugin("first").WithPlugin(
            "second", add: CniHost.Fail(code, "no \\\"luck\\\"", "the long story"));

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        _host.Json.ToJsonString().Should().Be(
            $$"""{"cniVersion":"1.1.0","code":{{code}},"msg":"no \u0022luck\u0022","details":"the long story"}""");
        _host.Error.Should().Be($"CNI network \"pods\": plugin \"second\" failed ADD: no \"luck\"; the long story (code {code}).\n");
        _host.Runs.Should().Equal("ADD first", "ADD second", "DEL second", "DEL first");
    }

    [Fact]
    public async Task The_stderr_of_plugins_is_printed_with_their_names_also_on_success()
    {
        _host.WithNetwork("pods", "1.0.0", "first", "second").WithPlugin(
            "first", add: "printf 'one\\ntwo' >&2\n" + CniHost.Print(CniHost.Result)).WithPlugin("second");

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Error.Should().Be("first: one\nfirst: two\n");
        ((string?)_host.Json["cniVersion"]).Should().Be("1.0.0");
    }

    [Fact]
    public async Task The_stderr_of_a_failing_plugin_is_printed_too()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first", check: "echo trace >&2\n" + CniHost.Fail(100, "gone"));
        await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation);

        (await _host.RunAsync(["check", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        _host.Error.Should().StartWith("first: trace\n").And.Contain("plugin \"first\" failed CHECK: gone");
    }

    [Fact]
    public async Task A_missing_network_is_code_7()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

        (await _host.RunAsync(["add", "../pods", _host.Sandbox], Cancellation)).Should().Be(1);

        ((uint?)_host.Json["code"]).Should().Be(7);
        _host.Runs.Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_namespace_is_code_8()
    {
        _host.WithNetwork("pods", "1.0.0", "first").WithPlugin("first");

        (await _host.RunAsync(["add", "pods", "/run/netns/never-was"], Cancellation)).Should().Be(1);

        ((uint?)_host.Json["code"]).Should().Be(8);
        _host.Runs.Should().BeEmpty();
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_is_an_error_and_never_code_0()
    {
        _host.WithNetwork("pods", "1.0.0", "absent");

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(1);

        ((uint?)_host.Json["code"]).Should().Be(999);
        ((string?)_host.Json["msg"]).Should().Contain("absent").And.Contain(_host.Plugins);
    }

    [Fact]
    public async Task A_broken_file_does_not_matter_and_of_two_networks_the_named_one_is_used()
    {
        _host.WithFile("00-broken.conflist", "{").WithNetwork("lan", "1.0.0", "other").WithNetwork("pods", "1.0.0", "first").WithPlugin(
            "first").WithPlugin("other");

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Runs.Should().Equal("ADD first");
    }
}
