namespace CniInvoker.Tests;

public sealed class CniRuntimeVerbTests : IDisposable
{
    private static readonly CniResult Before = CniResult.Parse("""{"ips":[{"address":"10.1.0.9/16"}]}"""u8.ToArray(), "1.0.0");

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(44, "check-gates")]
    public async Task CHECK_is_refused_before_0_4_0()
    {
        _plugins.With("first");
        var network = ScriptedPlugins.Network("""{"type":"first"}""", "0.3.1");

        var check = () => _plugins.Runtime().CheckAsync(network, ScriptedPlugins.Attachment(), Before, Cancellation);

        (await check.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            "CNI network \"pods\": CHECK failed: cniVersion 0.3.1 has no CHECK, which needs 0.4.0 or later (code 1).");
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Case(44, "check-gates")]
    [Spec("disable-check")]
    [Spec("check-not-disabled")]
    [Spec("check-disabled-succeeds")]
    public async Task CHECK_of_a_network_that_disables_it_succeeds_without_a_run()
    {
        _plugins.With("first");
        var network = ScriptedPlugins.Network("""{"type":"first"}""", more: "\"disableCheck\":true,");

        await _plugins.Runtime().CheckAsync(network, ScriptedPlugins.Attachment(), Before, Cancellation);

        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Spec("check-stops")]
    public async Task CHECK_ends_at_the_first_failure()
    {
        _plugins.With("first").With("second", check: ScriptedPlugins.Fail(100, "address is gone")).With("third");

        var check = () => _plugins.Runtime().CheckAsync(
            ScriptedPlugins.NetworkOf("first", "second", "third"), ScriptedPlugins.Attachment(), Before, Cancellation);

        (await check.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            "CNI network \"pods\": plugin \"second\" failed CHECK: address is gone (code 100).");
        _plugins.Runs.Should().Equal("CHECK first", "CHECK second");
    }

    [Theory]
    [InlineData("0.3.1", false)]
    [InlineData("0.4.0", true)]
    [Spec("del-prev-result")]
    public async Task DEL_has_a_previous_result_from_0_4_0(string version, bool expected)
    {
        _plugins.With("first");

        await _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.Network("""{"type":"first"}""", version), ScriptedPlugins.Attachment(), Before, Cancellation);

        _plugins.Stdin("first", "DEL").ContainsKey("prevResult").Should().Be(expected);
    }

    [Fact]
    [Spec("del-stops")]
    [Spec("del-repeatable")]
    public async Task DEL_ends_at_the_first_failure_so_that_no_address_is_released_while_rules_still_use_it()
    {
        _plugins.With("bridge").With("portmap", delete: ScriptedPlugins.Fail(11, "xtables lock")).With("tuning");

        var delete = () => _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.NetworkOf("bridge", "portmap", "tuning"), ScriptedPlugins.Attachment(), Before, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Plugin.Should().Be("portmap");
        _plugins.Runs.Should().Equal("DEL tuning", "DEL portmap");
    }

    [Fact]
    [Spec("del-missing-plugin")]
    public async Task DEL_runs_the_plugins_before_a_missing_one()
    {
        _plugins.With("first").With("third");

        var delete = () => _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.NetworkOf("first", "absent", "third"), ScriptedPlugins.Attachment(), Before, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Msg.Should().StartWith("plugin \"absent\" was not found in");
        _plugins.Runs.Should().Equal("DEL third");
    }

    [Fact]
    public async Task DEL_may_print_anything_but_an_error()
    {
        _plugins.With("first", delete: "echo bye").With("second", delete: ScriptedPlugins.Result());

        await _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.NetworkOf("first", "second"), ScriptedPlugins.Attachment(), Before, Cancellation);

        _plugins.Runs.Should().Equal("DEL second", "DEL first");
    }

    [Theory]
    [InlineData("""{"code":7,"msg":"no"}""", "no (code 7).")]
    [InlineData("""{"Code":7,"MSG":"no","details":""}""", "no (code 7).")]
    [Case(30, "exit0-error-object", Libcni = "treats it as a success",
        Ours = "a failure, with the plugin's message and code, where it has both and nothing but what an error has; a line of a log in " +
            "JSON is none, and told to the caller")]
    [Spec("exit-status", Libcni = "checks the exit status alone", Ours = "a printed error is a failure whatever the exit status")]
    public async Task DEL_fails_with_an_error_object_whatever_the_exit_status(string printed, string story)
    {
        _plugins.With("first", delete: ScriptedPlugins.Print(printed));

        var delete =
            () => _plugins.Runtime().DeleteAsync(ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), Before, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            $"CNI network \"pods\": plugin \"first\" failed DEL: {story}");
    }

    [Theory]
    [InlineData("""{"level":"info","msg":"deleted"}""")]
    [InlineData("""{"msg":"deleted"}""")]
    [InlineData("""{"code":7}""")]
    [InlineData("""{"code":"E7","msg":"deleted"}""")]
    [InlineData("""{"code":0,"msg":"deleted"}""")]
    [InlineData("""{"code":-7,"msg":"deleted"}""")]
    [InlineData("""{"code":200,"msg":{"deleted":true}}""")]
    [InlineData("""{"status":"ok","code":200}""")]
    [InlineData("""{"code":200,"msg":"ok"}""")]
    [InlineData("""{"code":204,"msg":"No Content"}""")]
    [InlineData("""{"code":7,"msg":" "}""")]
    [InlineData("""{"time":"12:00","code":200,"msg":"deleted"}""")]
    [Case(30, "exit0-error-object")]
    public async Task A_log_line_in_JSON_is_not_an_error_object(string printed)
    {
        _plugins.With(
            "first", add: ScriptedPlugins.Print(printed), delete: ScriptedPlugins.Print(printed), check: ScriptedPlugins.Print(printed));
        var (runtime, network, token) = (_plugins.Runtime(), ScriptedPlugins.NetworkOf("first"), Cancellation);

        var result = await runtime.AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, token);
        await runtime.CheckAsync(network, ScriptedPlugins.Attachment(), result, token);
        await runtime.DeleteAsync(network, ScriptedPlugins.Attachment(), result, token);

        _plugins.Runs.Should().Equal("ADD first", "CHECK first", "DEL first");
    }

    [Fact]
    [Case(47, "status")]
    public async Task STATUS_before_1_1_0_succeeds_without_a_run()
    {
        _plugins.With("first");

        await _plugins.Runtime().StatusAsync(ScriptedPlugins.NetworkOf("first"), Cancellation);

        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Case(47, "status")]
    [Spec("status-not-ready")]
    public async Task STATUS_names_no_attachment_and_ends_at_the_first_failure()
    {
        _plugins.With("first").With("second", status: ScriptedPlugins.Fail(50, "no addresses left")).With("third");
        var network = ScriptedPlugins.Network("""{"type":"first"},{"type":"second"},{"type":"third"}""", "1.1.0");

        var status = () => _plugins.Runtime().StatusAsync(network, Cancellation);

        var failure = (await status.Should().ThrowAsync<CniException>()).Which;
        failure.IsTransient.Should().BeTrue();
        failure.Message.Should().Be("CNI network \"pods\": plugin \"second\" failed STATUS: no addresses left (code 50).");
        _plugins.Runs.Should().Equal("STATUS first", "STATUS second");
        _plugins.Environment("first", "STATUS").Should().Contain(
            new Dictionary<string, string> { ["CNI_CONTAINERID"] = "", ["CNI_NETNS"] = "", ["CNI_IFNAME"] = "", ["CNI_ARGS"] = "" });
    }

    [Theory]
    [InlineData("""echo '{"code":50,"msg":"no addresses left"}'""", "no addresses left (code 50).")]
    [InlineData("exit 1", "it exited with status 1 without an error object.")]
    [Spec("status-ready")]
    [Spec("status-not-ready", Libcni = "checks the exit status alone", Ours = "a printed error is a failure whatever the exit status")]
    public async Task STATUS_fails_by_error_object_or_exit_status(string script, string story)
    {
        _plugins.With("first", status: script);

        var status = () => _plugins.Runtime().StatusAsync(ScriptedPlugins.Network("""{"type":"first"}""", "1.1.0"), Cancellation);

        (await status.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            $"CNI network \"pods\": plugin \"first\" failed STATUS: {story}");
    }

    [Fact]
    [Case(48, "version-probe")]
    [Spec("version-environment")]
    [Spec("version-result")]
    public async Task VERSION_asks_as_libcni_does()
    {
        _plugins.With("bridge", version: ScriptedPlugins.Print("""{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}"""));

        var versions = await _plugins.Runtime().VersionAsync("bridge", Cancellation);

        versions.CniVersion.Should().Be("1.0.0");
        versions.Supported.Should().Equal("0.4.0", "1.0.0");
        _plugins.StdinText("bridge", "VERSION").Should().Be("""{"cniVersion":"1.1.0"}""");
        _plugins.Environment("bridge", "VERSION").Should().Contain(
            new Dictionary<string, string> { ["CNI_CONTAINERID"] = "", ["CNI_NETNS"] = "dummy", ["CNI_IFNAME"] = "dummy",
                ["CNI_PATH"] = "dummy" });
    }

    [Fact]
    [Case(48, "version-probe")]
    [Spec("version-result")]
    public async Task VERSION_supports_plugins_older_than_itself()
    {
        _plugins.With("ancient", version: ScriptedPlugins.Fail(4, "unknown CNI_COMMAND: VERSION")).With(
            "old", version: ScriptedPlugins.Print("""{"cniVersion":"0.2.0"}"""));

        var ancient = await _plugins.Runtime().VersionAsync("ancient", Cancellation);
        var old = await _plugins.Runtime().VersionAsync("old", Cancellation);

        ancient.Supported.Should().Equal("0.1.0");
        old.Supported.Should().Equal("0.1.0", "0.2.0");
    }

    [Theory]
    [InlineData("hello", "its answer is not a JSON object; it printed: \"hello\" (code 6).")]
    [InlineData("{}", "its answer has no cniVersion; it printed: \"{}\" (code 6).")]
    [InlineData(
        """{"cniVersion":"1.0.0","supportedVersions":[1]}""",
        "field $.supportedVersions contains an item that is not a string; it printed: " +
        "\"{\"cniVersion\":\"1.0.0\",\"supportedVersions\":[1]}\" (code 6).")]
    [Spec("version-result")]
    [Spec("result-printed")]
    public async Task VERSION_refuses_an_invalid_answer(string printed, string expected)
    {
        _plugins.With("odd", version: ScriptedPlugins.Print(printed));

        var version = () => _plugins.Runtime().VersionAsync("odd", Cancellation);

        (await version.Should().ThrowAsync<CniException>()).Which.Message.Should().Be($"plugin \"odd\" failed VERSION: {expected}");
    }

    [Fact]
    public async Task VERSION_of_a_missing_plugin_names_the_directories()
    {
        var version = () => _plugins.Runtime().VersionAsync("absent", Cancellation);

        (await version.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            $"VERSION failed: plugin \"absent\" was not found in {_plugins.Directory}; install it there, or correct \"type\".");
    }
}
