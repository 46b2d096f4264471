using Bridge.Adapter.Settings;
using CniInvoker;
using CniInvoker.Tests;

namespace Adapter.Tests.Cnm;

/// <summary>Docker waits for ever, so it is answered whatever hangs; and what it was not told of is undone by the bridge itself.</summary>
public sealed class CallDeadlineTests : IAsyncLifetime
{
    private const string Late = "within 6s (timeouts.call): something hangs";

    private readonly ScriptedNetworks _networks = new();
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls _docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        _daemon = await ServingDaemon.StartAsync(settings => settings with
        {
            PluginDirectories = [_networks.Plugins],
            Timeouts = new TimeoutSettings { Call = TimeSpan.FromSeconds(6) },
        });
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        _docker = new DockerCalls(_daemon.PostAsync);
        await _docker.CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _networks.Dispose();
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_endpoint_whose_plugin_hangs_is_refused_in_time_and_detached_as_soon_as_it_is_there()
    {
        using (_networks.Hold("chain", "ADD"))
        {
            (await _docker.CreateEndpointAsync("e1")).Should().StartWith("{\"Err\":").And.Contain(Late).And.Contain("undone in the background").And.Contain("cnm-cni status");
            _networks.Runs.Should().Equal("ADD chain");
            Records("attachments").Should().ContainSingle();
        }

        await NothingIsLeftAsync();
        _networks.Runs.Should().Equal("ADD chain", "DEL chain");
    }

    [Fact]
    public async Task A_reservation_whose_plugin_hangs_is_refused_in_time_and_released_as_soon_as_it_is_there()
    {
        using (_networks.Hold("reserve", "ADD"))
        {
            (await _docker.RequestAddressAsync()).Should().StartWith("{\"Err\":").And.Contain(Late);
            Records("reservations").Should().ContainSingle();
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_join_whose_plugin_hangs_is_refused_in_time_and_Dockers_DeleteEndpoint_needs_no_second_try()
    {
        await _docker.PrepareAsync("e1");
        using (_networks.Hold("chain", "ADD"))
        {
            (await _docker.JoinAsync("e1", DockerCalls.Ahead)).Should().Contain(Late);
            (await _docker.EndpointAsync("DeleteEndpoint", "e1", DockerCalls.Ahead)).Should().Contain("(NetworkDriver.Join) was late").And.Contain("goes on in the background");
        }

        await Eventually.TrueAsync(() => Records("attachments").Length == 0, "the attachment is gone");
        await _docker.ReleaseAddressAsync("10.77.0.2");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_DEL_that_hangs_is_answered_each_time_and_runs_once()
    {
        await _docker.CreateEndpointAsync("e1");
        using (_networks.Hold("chain", "DEL"))
        {
            (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain(Late).And.Contain("goes on in the background");
            (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("(NetworkDriver.DeleteEndpoint) was late");
            _networks.Runs.Should().Equal("ADD chain", "DEL chain");
        }

        await NothingIsLeftAsync();
        _networks.Runs.Should().Equal("ADD chain", "DEL chain");
    }

    [Fact]
    public async Task Of_the_calls_that_remove_a_container_only_the_one_that_hangs_takes_its_time_and_all_are_carried_out()
    {
        await _docker.PrepareAsync("e1");
        (await _docker.JoinAsync("e1", DockerCalls.Ahead)).Should().NotContain("Err");
        using (_networks.Hold("chain", "DEL"))
        {
            (await _docker.EndpointAsync("DeleteEndpoint", "e1", DockerCalls.Ahead)).Should().Contain(Late);
            (await _docker.EndpointAsync("Leave", "e1", DockerCalls.Ahead)).Should().Contain("was late and has not ended yet");
            (await _docker.CreateEndpointAsync("e1", DockerCalls.Ahead)).Should().Contain("was late and has not ended yet").And.Contain("Nothing was done");
            (await _docker.ReleaseAddressAsync("10.77.0.2")).Should().Be("{}", "it waits for nobody: the attachment's end releases the address");
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_call_whose_turn_never_comes_is_answered_and_has_done_nothing()
    {
        using (_networks.Hold("chain", "ADD"))
        {
            var first = _docker.CreateEndpointAsync("e1");
            await _networks.RunsAsync("ADD chain");
            (await _docker.JoinAsync("e1")).Should().Contain("its turn did not come").And.Contain("Nothing was done");
            (await first).Should().Contain(Late);
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_lock_in_other_hands_keeps_no_call_from_its_answer()
    {
        var locks = new OperationLocks(_daemon.Settings.CniLock, TimeProvider.System);
        using (await locks.EnterAloneAsync("now", TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken))
        using (await locks.EnterAloneAsync("ahead", TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken))
        {
            (await _docker.CreateEndpointAsync("e1")).Should().Contain(Late);
            (await _docker.RequestAddressAsync()).Should().Contain(Late);
            (await _docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("(NetworkDriver.CreateEndpoint) was late");
            _networks.Runs.Should().BeEmpty();
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task EndpointOperInfo_succeeds_even_while_everything_else_hangs()
    {
        using (_networks.Hold("chain", "ADD"))
        {
            var first = _docker.CreateEndpointAsync("e1");
            await _networks.RunsAsync("ADD chain");
            (await _docker.EndpointAsync("EndpointOperInfo", "e1")).Should().StartWith("{\"Value\":").And.Contain("\"cni.state\":\"Adding\"");
            await first;
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task What_hangs_for_one_endpoint_holds_up_no_other()
    {
        using (_networks.Hold("reserve", "ADD"))
        {
            var hanging = _docker.RequestAddressAsync();
            await _networks.RunsAsync("ADD reserve");
            (await _docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Interface\":");
            (await _docker.EndpointAsync("DeleteEndpoint", "e2")).Should().Be("{}");
            await hanging;
        }

        await NothingIsLeftAsync();
    }

    private async Task NothingIsLeftAsync()
    {
        await _networks.UndoneAsync();
        await Eventually.TrueAsync(() => Records("attachments").Length + Records("reservations").Length == 0, "no record is left");
        Directory.GetFileSystemEntries(Path.Combine(_daemon.Settings.RunDirectory, "netns")).Should().BeEmpty();
    }

    private string[] Records(string kind) => Directory.GetFiles(Path.Combine(_daemon.Settings.StateDirectory, kind));
}
