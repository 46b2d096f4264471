namespace CniInvoker.Tests.Execution;

public sealed class PluginEnvironmentTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(3, "env-exact", Libcni = "passes on its whole environment", Ours = "passes on only what programs need to run programs")]
    [Spec("add-environment")]
    public async Task A_plugin_gets_the_six_variables_and_only_the_general_ones_of_ours()
    {
        foreach (var name in new[] { "CNI_NETNS_OVERRIDE", "CNI_IFNAME", "CNI_ARGS", "LISTEN_FDS", "NOTIFY_SOCKET", "DOTNET_CNI_TEST",
            "HTTP_PROXY", "CNI_TEST_SECRET" })
            Environment.SetEnvironmentVariable(name, "inherited");

        await AddAsync();

        var environment = _plugins.Environment("first", "ADD");
        environment.Should().Contain(new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = "ADD",
            ["CNI_CONTAINERID"] = "c1",
            ["CNI_NETNS"] = "/run/netns/x",
            ["CNI_IFNAME"] = "eth0",
            ["CNI_ARGS"] = "",
            ["CNI_PATH"] = _plugins.Directory,
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
        });
        environment.Values.Should().NotContain("inherited");
    }

    [Fact]
    public async Task Arguments_follow_IgnoreUnknown_in_order()
    {
        await AddAsync(new("MAC", "02:42:ac:11:00:02"), new("IP", "10.1.0.5"));

        _plugins.Environment("first", "ADD")["CNI_ARGS"].Should().Be("IgnoreUnknown=1;MAC=02:42:ac:11:00:02;IP=10.1.0.5");
    }

    [Fact]
    public async Task An_IgnoreUnknown_of_the_caller_is_kept()
    {
        await AddAsync(new("IP", "10.1.0.5"), new("IgnoreUnknown", "false"));

        _plugins.Environment("first", "ADD")["CNI_ARGS"].Should().Be("IP=10.1.0.5;IgnoreUnknown=false");
    }

    [Fact]
    [Spec("search-path-given")]
    [Spec("search-path-passed")]
    public async Task All_directories_are_in_CNI_PATH_even_those_that_do_not_exist()
    {
        _plugins.With("first");
        var path = new PluginPath(["/absent", _plugins.Directory]);
        var runtime = new CniRuntime(new PluginProcess(TimeProvider.System), path, new CniDeadlines(), TimeProvider.System);

        await runtime.AddAsync(ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        _plugins.Environment("first", "ADD")["CNI_PATH"].Should().Be($"/absent:{_plugins.Directory}");
    }

    private async Task AddAsync(params KeyValuePair<string, string>[] arguments)
    {
        _plugins.With("first");
        await _plugins.Runtime().AddAsync(
            ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(arguments: arguments), previousResult: null, Cancellation);
    }
}
