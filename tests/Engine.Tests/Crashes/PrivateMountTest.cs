using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// A service manager that makes the file system read-only gives cnm-cni a mount namespace of its own. The netns paths that plugins know are
/// mounts, and end with the process.
/// </summary>
public abstract class PrivateMountTest(PrivateMountHost engine) : DirectAttachTest(engine)
{
    protected static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    protected async Task RequireSoundAsync(string network, bool isKilled)
    {
        await DockerAsync(["run", "--rm", "--network", network, "--publish", "80", Image, "true"]);
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync(["run", "--detach", "--name", "web", "--network", network, "--publish", "8080:80", Image, .. WebServer]);
        // portmap's CHECK looks for IPv6 chains that it has not made.
        await DockerAsync(["run", "--detach", "--name", "unpublished", "--network", network, Image, .. WebServer]);
        (await MountsAsync()).Should().BeEmpty();

        await RestartAsync(isKilled);

        (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);
        (await Host.BridgeAsync(["check", "unpublished"], Cancellation)).EnsureSuccess();
        await DockerAsync("rm", "--force", "web", "unpublished");
        await AssertNothingIsLeftSinceAsync(census, BackgroundPatience);
    }

    // In the host, which must not see the mounts of cnm-cni.
    private Task<string> MountsAsync() => RunInShellAsync("grep -F /run/cnm-cni/netns/ /proc/self/mountinfo || true");

    protected async Task RestartAsync(bool isKilled)
    {
        await (isKilled ? Host.Bridge.KillAsync(Cancellation) : Host.Bridge.StopAsync(Cancellation));
        await Host.Bridge.StartAsync(Cancellation);
    }
}
