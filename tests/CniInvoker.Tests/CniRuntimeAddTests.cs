using System.Text.Json.Nodes;

namespace CniInvoker.Tests;

public sealed class CniRuntimeAddTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(1, "order-add-del")]
    [Spec("add-order")]
    [Spec("check-order")]
    [Spec("del-order")]
    public async Task ADD_and_CHECK_run_in_order_and_DEL_in_reverse()
    {
        _plugins.With("first").With("second").With("third");
        var network = ScriptedPlugins.NetworkOf("first", "second", "third");
        var runtime = _plugins.Runtime();

        var result = await runtime.AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        await runtime.CheckAsync(network, ScriptedPlugins.Attachment(), result, Cancellation);
        await runtime.DeleteAsync(network, ScriptedPlugins.Attachment(), result, Cancellation);

        _plugins.Runs.Should().Equal(
            "ADD first", "ADD second", "ADD third", "CHECK first", "CHECK second", "CHECK third", "DEL third", "DEL second", "DEL first");
    }

    [Fact]
    [Case(2, "prev-chain")]
    [Spec("add-prev-result")]
    [Spec("request-prev-result")]
    public async Task Each_plugin_gets_the_result_of_the_one_before_and_the_caller_the_last()
    {
        _plugins.With("first", add: ScriptedPlugins.Result("10.1.0.1/16")).With("second", add: ScriptedPlugins.Result("10.1.0.2/16"))
            .With("third", add: ScriptedPlugins.Result("10.1.0.3/16"));

        var result = await AddAsync("first", "second", "third");

        _plugins.Stdin("first", "ADD").ContainsKey("prevResult").Should().BeFalse();
        Address(_plugins.Stdin("second", "ADD")).Should().Be("10.1.0.1/16");
        Address(_plugins.Stdin("third", "ADD")).Should().Be("10.1.0.2/16");
        result.Ips.Single().Address.ToString().Should().Be("10.1.0.3");
    }

    [Fact]
    public async Task The_caller_gets_each_result_before_the_next_plugin_runs()
    {
        _plugins.With("first", add: ScriptedPlugins.Result("10.1.0.1/16")).With("second", add: ScriptedPlugins.Result("10.1.0.2/16"));
        var heard = new List<string>();

        await _plugins.Runtime().AddAsync(
            ScriptedPlugins.NetworkOf("first", "second"), ScriptedPlugins.Attachment(), previousResult: null,
            sofar => heard.Add($"{sofar.Ips.Single().Address} after {_plugins.Runs.Length}"), Cancellation);

        heard.Should().Equal("10.1.0.1 after 1", "10.1.0.2 after 2");
    }

    [Fact]
    [Spec("del-after-failed-add")]
    public async Task When_the_caller_cannot_store_a_result_ADD_fails_and_DEL_runs()
    {
        _plugins.With("first").With("second");

        var add = () => _plugins.Runtime().AddAsync(
            ScriptedPlugins.NetworkOf("first", "second"), ScriptedPlugins.Attachment(), previousResult: null,
            _ => throw new IOException("no space left"), Cancellation);

        await add.Should().ThrowAsync<IOException>().WithMessage("no space left");
        _plugins.Runs.Should().Equal("ADD first", "DEL second", "DEL first");
    }

    [Fact]
    [Case(2, "prev-chain")]
    [Spec("check-prev-result")]
    [Spec("check-order")]
    [Spec("del-prev-result")]
    [Spec("del-final-result")]
    public async Task CHECK_and_DEL_give_every_plugin_the_final_result()
    {
        _plugins.With("first", add: ScriptedPlugins.Result("10.1.0.1/16")).With("second", add: ScriptedPlugins.Result("10.1.0.2/16"));
        var network = ScriptedPlugins.NetworkOf("first", "second");
        var runtime = _plugins.Runtime();

        var result = await AddAsync("first", "second");
        await runtime.CheckAsync(network, ScriptedPlugins.Attachment(), result, Cancellation);
        await runtime.DeleteAsync(network, ScriptedPlugins.Attachment(), result, Cancellation);

        foreach (var type in new[] { "first", "second" })
        {
            Address(_plugins.Stdin(type, "CHECK")).Should().Be("10.1.0.2/16");
            Address(_plugins.Stdin(type, "DEL")).Should().Be("10.1.0.2/16");
        }
    }

    [Fact]
    public async Task A_list_run_in_parts_continues_with_the_previous_result()
    {
        _plugins.With("portmap");
        var before = CniResult.Parse("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.9/16"}]}"""u8.ToArray(), "0.4.0");

        await _plugins.Runtime().AddAsync(ScriptedPlugins.NetworkOf("portmap"), ScriptedPlugins.Attachment(), before, Cancellation);

        _plugins.Stdin("portmap", "ADD")["prevResult"]!.ToJsonString().Should().Be(
            """{"cniVersion":"1.0.0","ips":[{"address":"10.1.0.9/16"}]}""");
    }

    [Fact]
    public async Task A_network_without_plugins_returns_the_previous_result()
    {
        var nobody = ScriptedPlugins.NetworkOf("first").WithPlugins(_ => false);
        var before = CniResult.Parse("""{"ips":[{"address":"10.1.0.9/16"}]}"""u8.ToArray(), "1.0.0");

        var kept = await _plugins.Runtime().AddAsync(nobody, ScriptedPlugins.Attachment(), before, Cancellation);
        var empty = await _plugins.Runtime().AddAsync(nobody, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        kept.Should().BeSameAs(before);
        empty.Json.ToJsonString().Should().Be("""{"cniVersion":"1.0.0"}""");
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Case(28, "stdout forms")]
    [Spec("result-version", Libcni = "passes it to the next plugin in the version that the plugin chose, which Go plugins then cannot read",
        Ours = "converted to the network's version first")]
    public async Task A_result_in_another_version_is_converted_before_the_next_plugin_sees_it()
    {
        _plugins.With("old", add: ScriptedPlugins.Print("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.2/16"}]}""")).With(
            "new");

        await AddAsync("old", "new");

        _plugins.Stdin("new", "ADD")["prevResult"]!["cniVersion"]!.GetValue<string>().Should().Be("1.0.0");
        _plugins.Stdin("new", "ADD")["prevResult"]!["ips"]![0]!.AsObject().ContainsKey("version").Should().BeFalse();
    }

    [Theory]
    [InlineData("""{"ips":[{"address":"10.1.0.2/16"}]}""", 1)]
    [InlineData("""{"cniVersion":"","ips":[{"address":"10.1.0.2/16"}]}""", 1)]
    [InlineData("null", 0)]
    [Case(28, "stdout forms")]
    public async Task A_result_without_cniVersion_has_the_networks_version(string printed, int addresses)
    {
        _plugins.With("first", add: ScriptedPlugins.Print(printed));

        var result = await AddAsync("first");

        result.Json["cniVersion"]!.GetValue<string>().Should().Be("1.0.0");
        result.Ips.Should().HaveCount(addresses);
    }

    [Fact]
    [Case(43, "unknown-result-fields", Libcni = "drops them between plugins",
        Ours = "they reach the next plugin and the caller unchanged")]
    public async Task Unknown_fields_of_a_result_reach_the_next_plugin()
    {
        _plugins.With("vendor", add: ScriptedPlugins.Print("""{"cniVersion":"1.0.0","vendor.example/tunnel":{"id":9007199254740993}}"""))
            .With("next");

        await AddAsync("vendor", "next");

        _plugins.StdinText("next", "ADD").Should().Contain("""{"id":9007199254740993}""");
    }

    [Theory]
    [InlineData("1.2.0", "but the newest supported version is 1.1.0; write \"1.1.0\"")]
    [InlineData("2.0.0", "but the newest supported version is 1.1.0; write \"1.1.0\"")]
    [InlineData("1.1", "which plugins do not accept; write \"1.1.0\"")]
    [InlineData("0.4", "which plugins do not accept; write \"0.4.0\"")]
    [InlineData("v1.0.0", "which plugins do not accept; write \"1.0.0\"")]
    [InlineData(" 1.0.0", "which plugins do not accept; write \"1.0.0\"")]
    [InlineData("0.5.0", "which does not exist; write one of 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    [InlineData("abc", "which is not a CNI version; write one of 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0")]
    [Case(15, "version-1.1 / 1.2.0 / abc", Libcni = "runs the first plugin, cannot read its result, and leaves what it made",
        Ours = "nothing is run")]
    public async Task An_unknown_version_is_refused_before_anything_runs_with_what_to_write_instead(string version, string advice)
    {
        _plugins.With("first");
        var network = ScriptedPlugins.Network("""{"type":"first"}""", version);

        var add = () => _plugins.Runtime().AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        var refusal = (await add.Should().ThrowAsync<CniException>()).Which;
        refusal.Code.Should().Be(CniErrorCode.IncompatibleVersion);
        refusal.Message.Should().Be(
            $"CNI network \"pods\": ADD failed: test.conflist has cniVersion \"{version}\", {advice} (code 1).");
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Spec("add-missing-plugin", Libcni = "runs the plugins before it and leaves what they made", Ours = "detected before anything runs")]
    public async Task A_missing_plugin_is_detected_before_any_plugin_runs()
    {
        _plugins.With("first");

        var add = () => AddAsync("first", "absent");

        (await add.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            $"CNI network \"pods\": ADD failed: plugin \"absent\" was not found in {_plugins.Directory}; install it there, or correct " +
            $"\"type\".");
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    [Spec("namespace-first", Libcni = "leaves it to its caller and the plugins", Ours = "ADD without one is refused")]
    [Spec("del-environment")]
    public async Task ADD_without_a_namespace_is_refused_and_DEL_is_not()
    {
        _plugins.With("first");
        var gone = new Attachment("c1", "", "eth0");

        var add = () => _plugins.Runtime().AddAsync(ScriptedPlugins.NetworkOf("first"), gone, previousResult: null, Cancellation);
        var refusal = (await add.Should().ThrowAsync<CniException>()).Which;
        await _plugins.Runtime().DeleteAsync(ScriptedPlugins.NetworkOf("first"), gone, previousResult: null, Cancellation);

        refusal.Message.Should().Be("CNI network \"pods\": ADD failed: the network namespace is empty, which only DEL allows (code 4).");
        _plugins.Runs.Should().Equal("DEL first");
        _plugins.Environment("first", "DEL")["CNI_NETNS"].Should().BeEmpty();
    }

    [Fact]
    [Case(22, "id-rules")]
    public async Task Names_too_long_for_a_file_name_are_refused_by_every_operation()
    {
        _plugins.With("first");
        var attachment = new Attachment(new string('c', 250), "/run/netns/x", "eth0");

        var delete =
            () => _plugins.Runtime().DeleteAsync(ScriptedPlugins.NetworkOf("first"), attachment, previousResult: null, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            "CNI network \"pods\": DEL failed: network name, container ID and interface name together exceed the length of a file name " +
            "(255 bytes) (code 4).");
        _plugins.Runs.Should().BeEmpty();
    }

    private Task<CniResult> AddAsync(params string[] types) =>
        _plugins.Runtime().AddAsync(ScriptedPlugins.NetworkOf(types), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

    private static string Address(JsonObject stdin) => stdin["prevResult"]!["ips"]![0]!["address"]!.GetValue<string>();
}
