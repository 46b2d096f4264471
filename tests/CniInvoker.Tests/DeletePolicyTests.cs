namespace CniInvoker.Tests;

public sealed class DeletePolicyTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(27, "missing-binary-del", Libcni = "stops there permanently",
        Ours = "the same, unless the caller's policy skips such plugins")]
    public async Task A_missing_binary_stops_DEL_unless_the_policy_skips_it()
    {
        _plugins.With("first").With("third");
        var network = ScriptedPlugins.NetworkOf("first", "absent", "third");

        var cautious = () => DeleteAsync(new DeletePolicy(), network);

        (await cautious.Should().ThrowAsync<CniException>()).Which.Msg.Should().StartWith("plugin \"absent\" was not found in");
        _plugins.Runs.Should().Equal("DEL third");
        await DeleteAsync(new DeletePolicy { SkipMissingPlugins = true }, network);
        _plugins.Runs.Skip(1).Should().Equal("DEL third", "DEL first");
    }

    [Fact]
    public async Task A_plugin_that_exists_but_cannot_run_is_not_skipped()
    {
        _plugins.With("first");
        File.SetUnixFileMode(Path.Combine(_plugins.Directory, "first"), UnixFileMode.UserRead);

        var delete = () => DeleteAsync(new DeletePolicy { SkipMissingPlugins = true }, ScriptedPlugins.NetworkOf("first"));

        await delete.Should().ThrowAsync<CniException>();
    }

    [Fact]
    public async Task An_unknown_container_is_a_success_unless_the_policy_refuses_it()
    {
        _plugins.With("first").With("second", delete: ScriptedPlugins.Fail(3, "never heard of it"));
        var network = ScriptedPlugins.NetworkOf("first", "second");

        await DeleteAsync(new DeletePolicy(), network);
        _plugins.Runs.Should().Equal("DEL second", "DEL first");
        var strict = () => DeleteAsync(new DeletePolicy { AcceptUnknownContainer = false }, network);

        (await strict.Should().ThrowAsync<CniException>()).Which.Code.Should().Be(CniErrorCode.UnknownContainer);
    }

    private Task DeleteAsync(DeletePolicy policy, NetworkConfiguration network) =>
        new CniRuntime(
            new PluginProcess(TimeProvider.System), _plugins.PluginPath, new CniDeadlines(), TimeProvider.System, locks: null, policy)
            .DeleteAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
}
