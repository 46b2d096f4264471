using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class LinkDeparturesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_link_that_moves_to_another_namespace_departs()
    {
        Tool.Ip(_host.HostPath, "link add leaves type veth peer name stays");
        using var departures = new LinkDepartures(_host.Namespace);
        var departed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var other = new TaskCompletionSource();
        using var watch = departures.Watch("leaves", departed.SetResult);
        using var otherWatch = departures.Watch("stays", other.SetResult);

        Tool.Ip(_host.HostPath, $"link set leaves netns {_host.SandboxPath}");

        await departed.Task.WaitAsync(Patience, Cancellation);
        other.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_link_that_had_left_before_departs_at_once()
    {
        using var departures = new LinkDepartures(_host.Namespace);
        var departed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        using var watch = departures.Watch("never-was", departed.SetResult);

        await departed.Task.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task No_callback_runs_after_the_watch_has_ended()
    {
        Tool.Ip(_host.HostPath, "link add leaves type veth peer name stays");
        using var departures = new LinkDepartures(_host.Namespace);
        var departed = new TaskCompletionSource();
        var witness = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        departures.Watch("leaves", departed.SetResult).Dispose();
        using var watch = departures.Watch("leaves", witness.SetResult);

        Tool.Ip(_host.HostPath, "link del leaves");

        await witness.Task.WaitAsync(Patience, Cancellation);
        departed.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void Losing_notifications_counts_as_a_departure()
    {
        using var listener = _host.Namespace.Run(() => NetlinkListener.OpenForLinks(receiveBuffer: 4096));
        foreach (var number in Enumerable.Range(0, 10))
            Tool.Ip(_host.HostPath, $"link add l{number} type veth peer name r{number}");

        Tool.Ip(_host.HostPath, "link del l0");

        listener.Receive().Should().BeEmpty();
    }

    [Fact]
    public async Task No_departure_is_missed_when_hundreds_of_links_go_at_once()
    {
        const int Pairs = 200;
        Tool.Try("nsenter", [$"--net={_host.HostPath}", "ip", "-batch", "-"],
            string.Concat(Enumerable.Range(0, Pairs).Select(number => $"link add l{number} type veth peer name r{number}\n"))).ExitCode
                .Should().Be(0);
        using var departures = new LinkDepartures(_host.Namespace);
        using var departed = new CountdownEvent(Pairs);
        var watches = Enumerable.Range(0, Pairs).Select(number => departures.Watch($"l{number}", () => departed.Signal())).ToList();

        Tool.Try("nsenter", [$"--net={_host.HostPath}", "ip", "-batch", "-"],
            string.Concat(Enumerable.Range(0, Pairs).Select(number => $"link del r{number}\n"))).ExitCode.Should().Be(0);

        (await Task.Run(() => departed.Wait(Patience), Cancellation)).Should().BeTrue();
        watches.ForEach(watch => watch.Dispose());
    }
}
