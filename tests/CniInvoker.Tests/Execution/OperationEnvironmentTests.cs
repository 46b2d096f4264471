namespace CniInvoker.Tests.Execution;

/// <summary>The environment of a plugin in successive operations.</summary>
public sealed class OperationEnvironmentTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Spec("add-environment")]
    [Spec("check-environment")]
    [Spec("del-environment")]
    [Spec("check-same-parameters")]
    [Spec("check-same-attachment")]
    public async Task CHECK_and_DEL_have_the_parameters_of_the_ADD()
    {
        _plugins.With("first");
        var attachment = ScriptedPlugins.Attachment(arguments: [new("MAC", "02:42:ac:11:00:02")]);
        var network = ScriptedPlugins.NetworkOf("first");
        var runtime = _plugins.Runtime();

        var result = await runtime.AddAsync(network, attachment, previousResult: null, Cancellation);
        await runtime.CheckAsync(network, attachment, result, Cancellation);
        await runtime.DeleteAsync(network, attachment, result, Cancellation);

        Parameters("ADD").Should().Contain("CNI_COMMAND=ADD").And.Contain("CNI_CONTAINERID=c1").And.Contain("CNI_NETNS=/run/netns/x")
            .And.Contain("CNI_IFNAME=eth0");
        foreach (var verb in new[] { "CHECK", "DEL" })
            Parameters(verb).Should().Equal(
                Parameters("ADD").Select(variable => variable.Replace("CNI_COMMAND=ADD", $"CNI_COMMAND={verb}", StringComparison.Ordinal)));
    }

    [Fact]
    [Spec("runtime-namespace")]
    public async Task Plugins_run_in_the_network_namespace_of_the_runtime()
    {
        const string Own = "readlink /proc/self/ns/net";
        _plugins.With("first", add: $"{Own} > '{_plugins.Record("ADD.netns")}'; {ScriptedPlugins.Result()}",
            delete: $"{Own} > '{_plugins.Record("DEL.netns")}'");
        var network = ScriptedPlugins.NetworkOf("first");

        var result = await _plugins.Runtime().AddAsync(network, ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
        await _plugins.Runtime().DeleteAsync(network, ScriptedPlugins.Attachment(), result, Cancellation);

        var ours = new FileInfo("/proc/self/ns/net").LinkTarget;
        File.ReadAllText(_plugins.Record("ADD.netns")).Trim().Should().Be(ours);
        File.ReadAllText(_plugins.Record("DEL.netns")).Trim().Should().Be(ours);
    }

    [Fact]
    [Spec("check-missing-plugin")]
    public async Task CHECK_with_a_removed_plugin_reports_it()
    {
        _plugins.With("first");

        var check = () => _plugins.Runtime().CheckAsync(
            ScriptedPlugins.NetworkOf("first", "absent"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        (await check.Should().ThrowAsync<CniException>()).Which.Msg.Should().StartWith("plugin \"absent\" was not found in");
    }

    private string[] Parameters(string verb) =>
        [.. File.ReadAllLines(_plugins.Record($"first.{verb}.env")).Where(line => line.StartsWith("CNI_", StringComparison.Ordinal)).Order(
            StringComparer.Ordinal)];
}
