using Bridge.Adapter.Tests.Cnm;
using CniInvoker.Tests;

namespace Bridge.Adapter.Tests.Service;

/// <summary>A limit of threads and processes that is reached refuses calls, in words, and ends nothing.</summary>
public sealed class ThreadLimitTests : IAsyncLifetime
{
    private readonly ScriptedNetworks networks = new();
    private PidsGroup? group;
    private DaemonProcess daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        group = PidsGroup.TryCreate();
        Assert.SkipWhen(group is null, "There is no control group for the number of processes.");
        daemon = new DaemonProcess($"pluginDirectories: [{networks.Plugins}]\nrepair: {{interval: 1s, orphanGrace: 1s}}");
        ScriptedNetworks.WriteConflists(daemon.WriteConflist);
        await daemon.StartAsync();
        docker = new DockerCalls(daemon.PostAsync);
        await docker.CreateNetworksAsync();
        await docker.CreateEndpointAsync("e1");
        group!.Enter(daemon.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (daemon is not null)
            await daemon.DisposeAsync();

        networks.Dispose();
        group?.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // A thread of its own for the namespace, none for the plugin.
    [InlineData(2)] // No process for the plugin.
    public async Task At_the_limit_a_call_is_refused_and_above_it_everything_works_again(int more)
    {
        group!.Limit(more);
        for (var attempt = 0; attempt < 5; attempt++)
            (await docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Err\":").And.MatchRegex("limit|Resource temporarily unavailable|Cannot fork");

        (await daemon.PostAsync("Bridge.Status", "")).Status.Should().Be(200);
        (await docker.EndpointAsync("EndpointOperInfo", "e1")).Should().StartWith("{\"Value\":");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // Rounds of repair, which look into namespaces.
        group.Lift();

        (await docker.CreateEndpointAsync("e3")).Should().StartWith("{\"Interface\":", daemon.Log);
        foreach (var endpoint in new[] { "e1", "e2", "e3" })
            await docker.EndpointAsync("DeleteEndpoint", endpoint);

        await Eventually.TrueAsync(() => Directory.GetFiles(Path.Combine(daemon.StateDirectory, "attachments")).Length == 0, "nothing is left");
    }
}
