using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// A service manager that makes the file system read-only gives cnm-cni a mount namespace of its own. The netns paths that plugins know are mounts, and end with the process.
/// </summary>
public abstract class PrivateMountTest(PrivateMountHost engine) : DirectAttachTest(engine)
{
    protected static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    // In the host, where nothing of the bridge's is to be seen.
    protected Task<string> MountsAsync() => RunInShellAsync("grep -F /run/cnm-cni/netns/ /proc/self/mountinfo || true");

    protected async Task RestartAsync(bool isKilled)
    {
        await (isKilled ? Host.Bridge.KillAsync(Cancellation) : Host.Bridge.StopAsync(Cancellation));
        await Host.Bridge.StartAsync(Cancellation);
    }
}
