namespace CniInvoker.Tests;

public sealed class CniRuntimeVersionTests : IDisposable
{
    private const string OldVersions = """{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}""";

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(48, "version-probe", Libcni = "runs VERSION only in validation",
        Ours = "runs VERSION before ADD, once per state of a binary, and refuses before anything runs")]
    public async Task A_version_that_a_plugin_does_not_support_is_refused_before_the_first_plugin_runs()
    {
        _plugins.With("first").With("old", version: ScriptedPlugins.Print(OldVersions));

        var add = () => AddAsync(_plugins.Runtime(), "first", "old");

        (await add.Should().ThrowAsync<CniException>()).Which.Message.Should().Be(
            "CNI network \"pods\": ADD failed: test.conflist has cniVersion 1.0.0, but its plugin \"old\" supports 0.3.1, 0.4.0 only; " +
            "lower cniVersion in the file, or install a newer plugin (code 1).");
        _plugins.Runs.Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","supportedVersions":[""]}""")]
    [InlineData("""{"cniVersion":"1.0.0","supportedVersions":["1.0.0 "]}""")]
    [InlineData("""{"code":4,"msg":"unknown CNI_COMMAND: VERSION"}""")]
    [Case(48, "version-probe")]
    public async Task A_VERSION_answer_without_versions_does_not_prevent_ADD(string answer)
    {
        _plugins.With("first", version: ScriptedPlugins.Print(answer));

        await AddAsync(_plugins.Runtime(), "first");

        _plugins.Runs.Should().Equal("ADD first");
    }

    [Fact]
    public async Task STATUS_and_GC_of_a_too_old_plugin_are_refused_with_the_reason_before_it_runs()
    {
        _plugins.With("first").With("old", version: ScriptedPlugins.Print(OldVersions));
        var network = ScriptedPlugins.Network("""{"type":"first"},{"type":"old"}""", "1.1.0");
        const string TooOld =
            "test.conflist has cniVersion 1.1.0, but its plugin \"old\" supports 0.3.1, 0.4.0 only; lower cniVersion in the file, or " +
            "install a newer plugin";

        var status = () => _plugins.Runtime().StatusAsync(network, Cancellation);
        var collect = () => _plugins.Runtime().CollectGarbageAsync(network, [], force: true, Cancellation);

        (await status.Should().ThrowAsync<CniException>()).Which.Msg.Should().Be(TooOld);
        _plugins.Runs.Should().BeEmpty();
        (await collect.Should().ThrowAsync<CniException>()).Which.Msg.Should().Be(TooOld);
        _plugins.Runs.Should().Equal("GC first");
    }

    [Fact]
    [Case(48, "version-probe")]
    public async Task An_ADD_starts_each_plugin_once_and_VERSION_of_each_binary_only_the_first_time()
    {
        _plugins.With("first").With("second");
        var runtime = _plugins.Runtime();

        await AddAsync(runtime, "first", "second", "first");
        await AddAsync(runtime, "first", "second", "first");

        _plugins.Probes.Should().Equal("VERSION first", "VERSION second");
        _plugins.Runs.Should().HaveCount(6);
    }

    [Fact]
    [Case(48, "version-probe")]
    public async Task A_binary_that_has_changed_is_asked_again()
    {
        _plugins.With("first");
        var runtime = _plugins.Runtime();
        await AddAsync(runtime, "first");

        _plugins.With("first", version: ScriptedPlugins.Print(OldVersions));
        var add = () => AddAsync(runtime, "first");

        await add.Should().ThrowAsync<CniException>();
        _plugins.Probes.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_binary_that_was_replaced_by_another_of_the_same_size_and_time_is_asked_again()
    {
        _plugins.With("first");
        var runtime = _plugins.Runtime();
        await AddAsync(runtime, "first");
        var path = Path.Combine(_plugins.Directory, "first");

        File.Copy(path, path + ".new");
        File.SetLastWriteTimeUtc(path + ".new", File.GetLastWriteTimeUtc(path));
        File.Move(path + ".new", path, overwrite: true);
        await AddAsync(runtime, "first");

        _plugins.Probes.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("echo nonsense")]
    [InlineData("exit 3")]
    public async Task A_plugin_that_fails_VERSION_may_still_serve_ADD(string version)
    {
        _plugins.With("own-ways", version: version);

        await AddAsync(_plugins.Runtime(), "own-ways");

        _plugins.Runs.Should().Equal("ADD own-ways");
    }

    [Fact]
    public async Task Validation_reports_every_problem_of_a_network()
    {
        _plugins.With("first").With("old", version: ScriptedPlugins.Print(OldVersions)).With("mute", version: ":");
        var network = ScriptedPlugins.Network(
            """{"type":"first","capabilities":{"mac":true,"ips":false},"ipam":{"type":"absent-ipam"}},{"type":"old","capabilities":{"bandwidth":true}},{"type":"mute"},{"type":"absent"}""");

        var validation = await _plugins.Runtime().ValidateAsync(network, Cancellation);

        validation.Problems.Should().Equal(
            $"VERSION failed: plugin \"absent-ipam\" was not found in {_plugins.Directory}; install it there, or correct \"type\".",
            "test.conflist has cniVersion 1.0.0, but its plugin \"old\" supports 0.3.1, 0.4.0 only; lower cniVersion in the file, or " +
            "install a newer plugin",
            "plugin \"mute\" failed VERSION: its answer is not a JSON object; it printed: \"\" (code 6).",
            $"VERSION failed: plugin \"absent\" was not found in {_plugins.Directory}; install it there, or correct \"type\".");
        validation.Capabilities.Should().BeEquivalentTo("mac", "bandwidth");
        _plugins.Runs.Should().BeEmpty();
    }

    [Fact]
    public async Task A_network_that_can_run_has_no_problems()
    {
        _plugins.With("first");

        var validation = await _plugins.Runtime().ValidateAsync(ScriptedPlugins.NetworkOf("first"), Cancellation);

        validation.Problems.Should().BeEmpty();
    }

    private static Task<CniResult> AddAsync(CniRuntime runtime, params string[] types) =>
        runtime.AddAsync(ScriptedPlugins.NetworkOf(types), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0"}""")]
    [InlineData("""{"cniVersion":"1.0.0","supportedVersions":null}""")]
    [InlineData("""{"cniVersion":"1.0.0","supportedVersions":[null]}""")]
    [Case(48, "version-probe")]
    [Spec("version-result", Libcni = "refuses such an answer in validation, and does not run VERSION at ADD",
        Ours = "refuses it as well; ADD runs all the same")]
    public async Task An_empty_VERSION_answer_is_ignored_and_ADD_runs(string answer)
    {
        _plugins.With("first", version: ScriptedPlugins.Print(answer));
        var network = ScriptedPlugins.NetworkOf("first");

        await _plugins.Runtime().AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        var validation = await _plugins.Runtime().ValidateAsync(network, Cancellation);

        _plugins.Runs.Should().Equal("ADD first");
        validation.Problems.Should().ContainSingle().Which.Should().Contain("its answer has no supportedVersions");
    }

    [Fact]
    [Spec("version-result")]
    public async Task An_answer_to_VERSION_is_read_in_every_letter_case()
    {
        _plugins.With("first", version: ScriptedPlugins.Print("""{"CNIVersion":"1.0.0","SupportedVersions":["0.4.0",null,"1.0.0"]}"""));

        var versions = await _plugins.Runtime().VersionAsync("first", Cancellation);

        versions.CniVersion.Should().Be("1.0.0");
        versions.Supported.Should().Equal("0.4.0", "1.0.0");
    }
}
