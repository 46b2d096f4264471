using System.Text.RegularExpressions;
using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Service;

/// <summary>At a limit of threads and processes calls are refused with an error, and the process goes on.</summary>
public sealed class ThreadLimitTests : IAsyncLifetime
{
    private readonly ScriptedNetworks _networks = new();
    private PidsGroup? _group;
    private DaemonProcess _daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls _docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        _group = PidsGroup.TryCreate();
        Assert.SkipWhen(_group is null, "There is no control group for the number of processes.");
        _daemon = new DaemonProcess($"pluginDirectories: [{_networks.Plugins}]\nrepair: {{interval: 1s, orphanGrace: 1s}}");
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        await _daemon.StartAsync();
        _docker = new DockerCalls(_daemon.PostAsync);
        await _docker.CreateNetworksAsync();
        await _docker.CreateEndpointAsync("e1");
        _group!.Enter(_daemon.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        _networks.Dispose();
        _group?.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // A thread of its own for the namespace, none for the plugin.
    [InlineData(2)] // No process for the plugin.
    public async Task At_the_limit_a_call_is_refused_and_above_it_everything_works_again(int more)
    {
        _group!.Limit(more);
        for (var attempt = 0; attempt < 5; attempt++)
            (await _docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Err\":").And.MatchRegex(
                "limit|Resource temporarily unavailable|Cannot fork");

        (await _daemon.PostAsync("Bridge.Status", "")).Status.Should().Be(200);
        (await _docker.EndpointAsync("EndpointOperInfo", "e1")).Should().StartWith("{\"Value\":");
        var passes = await RepairPassesAsync();
        await Eventually.TrueAsync(
            async _ => await RepairPassesAsync() >= passes + 2, "repair inspects namespaces at the limit", Cancellation);
        _group.Lift();

        (await _docker.CreateEndpointAsync("e3")).Should().StartWith("{\"Interface\":", _daemon.Log);
        foreach (var endpoint in new[] { "e1", "e2", "e3" })
            await _docker.EndpointAsync("DeleteEndpoint", endpoint);

        await Eventually.TrueAsync(
            () => Directory.GetFiles(_daemon.RecordsOf("attachments")).Length == 0, "nothing is left");
    }

    private async Task<int> RepairPassesAsync() =>
        int.Parse(Regex.Match(await _daemon.MetricsAsync(), "cnm_cni_repair_passes_total{kind=\"thorough\"} ([0-9]+)").Groups[1].Value);
}
