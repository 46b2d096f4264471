namespace Bridge.Adapter.Tests.Cnm;

/// <summary>With the daemon as a process of its own.</summary>
/// <param name="settings">In YAML, besides directories and sockets.</param>
public abstract class DaemonProcessTest(string settings = "") : ScriptedNetworksTest
{
    private protected DaemonProcess Daemon { get; private set; } = null!;

    private protected override async Task<Func<string, string, Task<(int Status, string Body)>>> StartDaemonAsync()
    {
        Daemon = new DaemonProcess($"pluginDirectories: [{Networks.Plugins}]\n{settings}");
        ScriptedNetworks.WriteConflists(Daemon.WriteConflist);
        await Daemon.StartAsync();
        return Daemon.PostAsync;
    }

    private protected override ValueTask EndDaemonAsync() => Daemon.DisposeAsync();
}
