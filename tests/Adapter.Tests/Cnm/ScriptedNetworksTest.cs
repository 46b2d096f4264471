namespace Bridge.Adapter.Tests.Cnm;

/// <summary>A daemon on the networks of <see cref="ScriptedNetworks"/>, and a Docker that has made its own for both.</summary>
public abstract class ScriptedNetworksTest : IAsyncLifetime
{
    private protected ScriptedNetworks Networks { get; } = new();

    private protected DockerCalls Docker { get; private set; } = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        Docker = new DockerCalls(await StartDaemonAsync());
        await Docker.CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Networks.ReleaseHolds(); // Else it waits for them.
        if (Docker is not null)
            await EndDaemonAsync();

        Networks.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <returns>Posts a body to a method.</returns>
    private protected abstract Task<Func<string, string, Task<(int Status, string Body)>>> StartDaemonAsync();

    private protected abstract ValueTask EndDaemonAsync();
}
