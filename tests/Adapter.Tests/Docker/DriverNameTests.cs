using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Docker;

public sealed class DriverNameTests : IAsyncLifetime
{
    private const string PluginId = "b8b30d350c7852bbd22b7e6928c7e85d73daa28ffe73992769886a18666a5660";
    private const string Plugins = "/run/docker/plugins";

    private readonly ScriptedSocket _docker = new();
    private readonly DockerEngine _engine;

    public DriverNameTests() => _engine = new DockerEngine(_docker.Path, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        await _docker.StartAsync();
        _docker.Answers[$"GET /plugins/{PluginId}/json"] = ScriptedSocket.Json($$"""
            {"Config":{"Interface":{"Socket":"cni.sock","Types":["docker.networkdriver/1.0"]},"Linux":{"Capabilities":[]} },
             "Enabled":true,"Id":"{{PluginId}}","Name":"example/cnm-cni:2.0","Settings":{"Args":[],"Devices":[],"Env":[],"Mounts":[]} }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _docker.DisposeAsync();
    }

    [Fact]
    public async Task A_managed_plugin_has_the_name_and_tag_that_Docker_gave_it()
    {
        var driver = new DriverName(new AdapterSettings { Socket = $"{Plugins}/{PluginId}/cni.sock" }, _engine);
        driver.Known.Should().Be("cni", "Docker was not asked yet");

        (await driver.AskAsync(Cancellation)).Should().Be("example/cnm-cni:2.0");
        (await driver.AskAsync(Cancellation)).Should().Be(driver.Known);
        _docker.Questions.Should().ContainSingle();
    }

    [Theory]
    [InlineData($"{Plugins}/other.sock", null, "other")]
    [InlineData($"{Plugins}/{PluginId}/cni.sock", "mine:1", "mine:1")]
    public async Task A_name_of_the_settings_or_of_the_socket_needs_no_question(string socket, string? named, string expected)
    {
        var driver = new DriverName(new AdapterSettings { Socket = socket, DriverName = named }, _engine);

        (await driver.AskAsync(Cancellation)).Should().Be(expected);
        _docker.Questions.Should().BeEmpty();
    }

    [Fact]
    public async Task A_Docker_that_does_not_know_the_plugin_leaves_the_sockets_name()
    {
        _docker.Answers[$"GET /plugins/{PluginId}/json"] = ScriptedSocket.Json("""{"message":"plugin not found"}""", 404);

        (await new DriverName(new AdapterSettings { Socket = $"{Plugins}/{PluginId}/cni.sock" }, _engine).AskAsync(Cancellation))
            .Should().Be("cni");
    }
}
