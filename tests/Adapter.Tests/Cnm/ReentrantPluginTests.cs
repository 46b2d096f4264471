using System.Runtime.InteropServices;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>A plugin that makes its own runtime work on the container that it is run for waits for itself.</summary>
public sealed class ReentrantPluginTests() : DaemonProcessTest(
    // The program under test may need .NET, which is no business of plugins.
    $"pluginEnvironment: {{DOTNET_ROOT: '{Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}'}}")
{
    [Theory]
    [InlineData("add ahead $CNI_NETNS -i eth7")]
    [InlineData("del now $CNI_NETNS")]
    [InlineData("gc now --keep x")]
    public async Task A_plugin_that_calls_the_command_line_is_refused_at_once(string command)
    {
        Networks.WriteChain(add: $"'{DaemonProcess.Program}' cni {command} --config '{Daemon.SettingsFile}' 2>&1 || exit 1");
        var start = TimeProvider.System.GetTimestamp();

        var answer = await Docker.CreateEndpointAsync("e1");

        answer.Should().StartWith("{\"Err\":").And.Contain("waits for the plugin that started this one");
        TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(30), "timeouts.add would be a minute");
        Networks.Runs.Should().Equal("ADD chain", "DEL chain");
        Directory.GetFiles(Daemon.RecordsOf("attachments")).Should().BeEmpty();
    }
}
