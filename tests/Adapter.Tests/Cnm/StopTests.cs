using Bridge.Adapter.History;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>SIGTERM with running calls: the process ends, whatever hangs, and the next start cleans up.</summary>
public sealed class StopTests() : DaemonProcessTest("calls: {running: 1, waiting: 1}")
{
    [Fact]
    public async Task SIGTERM_during_a_hanging_ADD_answers_the_calls_and_the_next_start_cleans_up()
    {
        using (Networks.Hold("chain", "ADD"))
        {
            var hanging = Docker.CreateEndpointAsync("e1");
            await Networks.RunsAsync("ADD chain");
            Task<string>[] others = [Docker.CreateEndpointAsync("e2"), Docker.CreateEndpointAsync("e3")];
            var refused = await Task.WhenAny(others); // One is in the queue: so there is no place for the other.
            (await refused).Should().Contain("too many calls at once");
            var waiting = others.Single(call => call != refused);
            Daemon.Terminate();

            (await waiting).Should().Contain("cnm-cni is shutting down and accepts no new requests");
            hanging.IsCompleted.Should().BeFalse("what is under way has time");
            (await hanging).Should().Contain("cnm-cni is shutting down, and the call has not finished yet").And.Contain("cnm-cni status");
            (await Daemon.EndAsync()).Should().Be(0, Daemon.Log);
            File.Exists(Daemon.SocketPath).Should().BeFalse();
            Records().Should().ContainSingle().Which.Should().Contain("\"Phase\": \"Adding\"");

            await Daemon.StartAsync(); // The plugin still hangs: it is ended, then undone.
            await Eventually.TrueAsync(() => Records().Length == 0, "the next start undoes it");
        }

        Networks.Runs.Should().Equal("ADD chain", "DEL chain");
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task An_ADD_that_ends_in_time_after_SIGTERM_is_answered_as_usual()
    {
        Task<string> creation;
        using (Networks.Hold("chain", "ADD"))
        {
            creation = Docker.CreateEndpointAsync("e1");
            await Networks.RunsAsync("ADD chain");
            Daemon.Terminate();
            await Eventually.TrueAsync(() => !Daemon.Listens, "it takes no new connection, which Docker then tries again and again");
        }

        (await creation).Should().StartWith("{\"Interface\":");
        (await Daemon.EndAsync()).Should().Be(0);
        Records().Should().ContainSingle().Which.Should().Contain("\"Phase\": \"Added\"");
    }

    [Fact]
    public async Task SIGTERM_without_running_calls_ends_with_status_0_and_the_history_ends_with_it()
    {
        Daemon.Terminate();
        (await Daemon.EndAsync()).Should().Be(0, Daemon.Log);

        var kinds = new HistoryReader(Path.Combine(Daemon.StateDirectory, "history")).Read().Select(one => one.Kind).ToArray();
        kinds[0].Should().Be(HistoryEventKind.DaemonStarted);
        kinds[^1].Should().Be(HistoryEventKind.DaemonStopped);
    }

    private string[] Records() =>
        [.. Directory.GetFiles(Daemon.RecordsOf("attachments"), "*.json").Select(
            file => File.Exists(file) ? File.ReadAllText(file) : "")];
}
