using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Docker waits without end, so each call is answered in time; cnm-cni itself cleans up what Docker does not know of.</summary>
public sealed class CallDeadlineTests : ServingDaemonTest
{
    private const string Late = "within 6s (timeouts.call): something hangs";

    private protected override AdapterSettings Change(AdapterSettings settings) =>
        settings with { Timeouts = new TimeoutSettings { Call = TimeSpan.FromSeconds(6) } };

    [Fact]
    public async Task An_endpoint_whose_plugin_hangs_is_refused_in_time_and_detached_as_soon_as_it_is_there()
    {
        using (Networks.Hold("chain", "ADD"))
        {
            (await Docker.CreateEndpointAsync("e1")).Should().StartWith("{\"Err\":").And.Contain(Late).And.Contain(
                "cleans it up in the background").And.Contain("cnm-cni status");
            Networks.Runs.Should().Equal("ADD chain");
            Records("attachments").Should().ContainSingle();
        }

        await NothingIsLeftAsync();
        Networks.Runs.Should().Equal("ADD chain", "DEL chain");
    }

    [Fact]
    public async Task A_reservation_whose_plugin_hangs_is_refused_in_time_and_released_as_soon_as_it_is_there()
    {
        using (Networks.Hold("reserve", "ADD"))
        {
            (await Docker.RequestAddressAsync()).Should().StartWith("{\"Err\":").And.Contain(Late);
            Records("reservations").Should().ContainSingle();
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_join_whose_plugin_hangs_is_refused_in_time_and_Dockers_DeleteEndpoint_needs_no_second_try()
    {
        await Docker.PrepareAsync("e1");
        using (Networks.Hold("chain", "ADD"))
        {
            (await Docker.JoinAsync("e1", DockerCalls.Ahead)).Should().Contain(Late);
            (await Docker.EndpointAsync("DeleteEndpoint", "e1", DockerCalls.Ahead)).Should().Contain(
                "(NetworkDriver.Join) exceeded its deadline").And.Contain("continues in the background");
        }

        await Eventually.TrueAsync(() => Records("attachments").Length == 0, "the attachment is gone");
        await Docker.ReleaseAddressAsync("10.77.0.2");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_DEL_that_hangs_is_answered_each_time_and_runs_once()
    {
        await Docker.CreateEndpointAsync("e1");
        using (Networks.Hold("chain", "DEL"))
        {
            (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain(Late).And.Contain("continues in the background");
            (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("(NetworkDriver.DeleteEndpoint) exceeded its deadline");
            Networks.Runs.Should().Equal("ADD chain", "DEL chain");
        }

        await NothingIsLeftAsync();
        Networks.Runs.Should().Equal("ADD chain", "DEL chain");
    }

    [Fact]
    public async Task Of_the_calls_that_remove_a_container_only_the_hanging_one_is_late_and_all_succeed()
    {
        await Docker.PrepareAsync("e1");
        (await Docker.JoinAsync("e1", DockerCalls.Ahead)).Should().NotContain("Err");
        using (Networks.Hold("chain", "DEL"))
        {
            (await Docker.EndpointAsync("DeleteEndpoint", "e1", DockerCalls.Ahead)).Should().Contain(Late);
            (await Docker.EndpointAsync("Leave", "e1", DockerCalls.Ahead)).Should().Contain(
                "exceeded its deadline and has not finished yet");
            (await Docker.CreateEndpointAsync("e1", DockerCalls.Ahead)).Should().Contain("exceeded its deadline and has not finished yet")
                .And.Contain("Nothing was done");
            (await Docker.ReleaseAddressAsync("10.77.0.2")).Should().Be(
                "{}", "it waits for nobody: the attachment's end releases the address");
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_call_whose_turn_never_comes_is_answered_and_has_done_nothing()
    {
        using (Networks.Hold("chain", "ADD"))
        {
            var first = Docker.CreateEndpointAsync("e1");
            await Networks.RunsAsync("ADD chain");
            (await Docker.JoinAsync("e1")).Should().Contain("the call could not start").And.Contain("Nothing was done");
            (await first).Should().Contain(Late);
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_call_is_answered_in_time_while_another_process_holds_the_lock()
    {
        var locks = new OperationLocks(Daemon.Settings.CniLock, TimeProvider.System);
        using (await locks.EnterAloneAsync("now", TimeSpan.FromSeconds(10), Cancellation))
        using (await locks.EnterAloneAsync("ahead", TimeSpan.FromSeconds(10), Cancellation))
        {
            (await Docker.CreateEndpointAsync("e1")).Should().Contain(Late);
            (await Docker.RequestAddressAsync()).Should().Contain(Late);
            (await Docker.EndpointAsync("DeleteEndpoint", "e1")).Should().Contain("(NetworkDriver.CreateEndpoint) exceeded its deadline");
            Networks.Runs.Should().BeEmpty();
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task EndpointOperInfo_succeeds_even_while_everything_else_hangs()
    {
        using (Networks.Hold("chain", "ADD"))
        {
            var first = Docker.CreateEndpointAsync("e1");
            await Networks.RunsAsync("ADD chain");
            (await Docker.EndpointAsync("EndpointOperInfo", "e1")).Should().StartWith("{\"Value\":").And.Contain(
                "\"cni.state\":\"Adding\"");
            await first;
        }

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_hanging_endpoint_does_not_delay_others()
    {
        using (Networks.Hold("reserve", "ADD"))
        {
            var hanging = Docker.RequestAddressAsync();
            await Networks.RunsAsync("ADD reserve");
            (await Docker.CreateEndpointAsync("e2")).Should().StartWith("{\"Interface\":");
            (await Docker.EndpointAsync("DeleteEndpoint", "e2")).Should().Be("{}");
            await hanging;
        }

        await NothingIsLeftAsync();
    }

    private async Task NothingIsLeftAsync()
    {
        await Networks.UndoneAsync();
        await Eventually.TrueAsync(() => Records("attachments").Length + Records("reservations").Length == 0, "no record is left");
        Directory.GetFileSystemEntries(Path.Combine(Daemon.Settings.RunDirectory, "netns")).Should().BeEmpty();
    }

    private string[] Records(string kind) => Directory.GetFiles(Path.Combine(Daemon.Settings.PresentRecords, kind));
}
