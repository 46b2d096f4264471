using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>A plugin that takes too long, for the person at the prompt.</summary>
public sealed class PluginDeadlineTests : ServingDaemonTest
{
    private protected override AdapterSettings Change(AdapterSettings settings) =>
        settings with { Timeouts = new TimeoutSettings { Add = TimeSpan.FromSeconds(1), TerminationGrace = TimeSpan.Zero } };

    [Fact]
    public async Task An_ADD_that_runs_out_of_time_names_the_setting_that_allows_it_more()
    {
        using (Networks.Hold("chain", "ADD"))
            (await Docker.CreateEndpointAsync("e1")).Should().Contain("it did not finish within").And.Contain(
                "The setting timeouts.add allows it more time.");
    }
}
