using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>With the daemon in this process.</summary>
public abstract class ServingDaemonTest : ScriptedNetworksTest
{
    private protected ServingDaemon Daemon { get; private set; } = null!;

    private protected virtual AdapterSettings Change(AdapterSettings settings) => settings;

    private protected override async Task<Func<string, string, Task<(int Status, string Body)>>> StartDaemonAsync()
    {
        Daemon = await ServingDaemon.StartAsync(settings => Change(settings with { PluginDirectories = [Networks.Plugins] }));
        ScriptedNetworks.WriteConflists(Daemon.WriteConflist);
        return Daemon.PostAsync;
    }

    private protected override ValueTask EndDaemonAsync() => Daemon.DisposeAsync();
}
