using Bridge.Adapter.Settings;

namespace Adapter.Tests.Cnm;

/// <summary>A plugin that takes too long, for the person at the prompt.</summary>
public sealed class PluginDeadlineTests
{
    [Fact]
    public async Task An_ADD_that_runs_out_of_time_names_the_setting_that_allows_it_more()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Attaching needs root: namespaces are made.");
        using var networks = new ScriptedNetworks();
        await using var daemon = await ServingDaemon.StartAsync(settings => settings with
        {
            PluginDirectories = [networks.Plugins],
            Timeouts = new TimeoutSettings { Add = TimeSpan.FromSeconds(1), TerminationGrace = TimeSpan.Zero },
        });
        ScriptedNetworks.WriteConflists(daemon.WriteConflist);
        var docker = new DockerCalls(daemon.PostAsync);
        await docker.CreateNetworksAsync();

        using (networks.Hold("chain", "ADD"))
        {
            (await docker.CreateEndpointAsync("e1")).Should().Contain("were over before it finished").And.Contain("The setting timeouts.add allows it more time.");
        }
    }
}
