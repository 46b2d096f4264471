using CniInvoker.Tests;

namespace Adapter.Tests.Cnm;

/// <summary>SIGTERM with calls under way: the process ends, whatever hangs, and the next start undoes what was cut off.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private readonly ScriptedNetworks _networks = new();
    private DaemonProcess _daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls _docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        _daemon = new DaemonProcess($"pluginDirectories: [{_networks.Plugins}]\ncalls: {{running: 1}}");
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        await _daemon.StartAsync();
        _docker = new DockerCalls(_daemon.PostAsync);
        await _docker.CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _networks.Dispose();
    }

    [Fact]
    public async Task In_the_middle_of_a_hanging_ADD_it_answers_ends_with_status_0_and_the_next_start_undoes_the_attachment()
    {
        using (_networks.Hold("chain", "ADD"))
        {
            var hanging = _docker.CreateEndpointAsync("e1");
            await _networks.RunsAsync("ADD chain");
            var waiting = _docker.CreateEndpointAsync("e2");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken); // Until it stands in the queue.
            _daemon.Terminate();

            (await waiting).Should().Contain("cnm-cni is stopping, and begins nothing new");
            hanging.IsCompleted.Should().BeFalse("what is under way has time");
            (await hanging).Should().Contain("cnm-cni is stopping, and it is not done yet").And.Contain("cnm-cni status");
            (await _daemon.EndAsync()).Should().Be(0, _daemon.Log);
            File.Exists(_daemon.SocketPath).Should().BeFalse();
            Records().Should().ContainSingle().Which.Should().Contain("\"Phase\": \"Adding\"");

            await _daemon.StartAsync(); // The plugin still hangs: it is ended, then undone.
            await Eventually.TrueAsync(() => Records().Length == 0, "the next start undoes it");
        }

        _networks.Runs.Should().Equal("ADD chain", "DEL chain");
        _networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_done_in_time_is_answered_as_always()
    {
        Task<string> creation;
        using (_networks.Hold("chain", "ADD"))
        {
            creation = _docker.CreateEndpointAsync("e1");
            await _networks.RunsAsync("ADD chain");
            _daemon.Terminate();
            await Eventually.TrueAsync(() => !_daemon.Listens, "it takes no new connection, which Docker then tries again and again");
        }

        (await creation).Should().StartWith("{\"Interface\":");
        (await _daemon.EndAsync()).Should().Be(0);
        Records().Should().ContainSingle().Which.Should().Contain("\"Phase\": \"Added\"");
    }

    [Fact]
    public async Task With_nothing_under_way_it_ends_with_status_0_as_well()
    {
        _daemon.Terminate();
        (await _daemon.EndAsync()).Should().Be(0, _daemon.Log);
    }

    private string[] Records() =>
        [.. Directory.GetFiles(Path.Combine(_daemon.StateDirectory, "attachments"), "*.json").Select(file => File.Exists(file) ? File.ReadAllText(file) : "")];
}
