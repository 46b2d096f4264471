using System.Diagnostics.Metrics;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>
/// What an attachment asks of the kernel, counted by the program itself. The host of these tests is a namespace of its own, so what the
/// program does in the machine's namespace without a visit takes one here: a visit more for each search in the host.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class NamespaceWorkTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_attachment_is_staged_by_three_visits_thirty_requests_and_one_move()
    {
        var made = Count(() => _host.Staging.Create(ThrowAwayHost.Id));
        _host.RunPlugin();
        var read = Count(() => _host.Staging.Read(ThrowAwayHost.Id, "eth0"));
        var sent = Count(() => _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname));

        made.Should().Be(new Work(Visits: 1, Requests: 1, Moves: 0));
        read.Requests.Should().BeLessThanOrEqualTo(23);
        read.Should().Be(new Work(Visits: 1, read.Requests, Moves: 0));
        sent.Requests.Should().BeLessThanOrEqualTo(7);
        sent.Should().Be(new Work(Visits: 1, sent.Requests, Moves: 1));
    }

    [Fact]
    public void An_arrival_is_finished_without_a_move()
    {
        var snapshot = Staged();
        _host.LetDockerTakeIt();

        var finished = Count(() => _host.Staging.TryFinishArrival(
            ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot));

        finished.Visits.Should().BeLessThanOrEqualTo(5);
        finished.Requests.Should().BeLessThanOrEqualTo(30);
        finished.Moves.Should().Be(0);
    }

    [Fact]
    public void A_link_returns_by_one_move()
    {
        var snapshot = Staged();
        _host.LetDockerTakeIt();
        _host.Staging.TryFinishArrival(ThrowAwayHost.Id, ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot);
        _host.LetDockerPutItBack();

        var returned = Count(() => _host.Staging.Return(
            ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, _host.SandboxPath, snapshot).Should().Be(LinkOrigin.Host));

        returned.Visits.Should().BeLessThanOrEqualTo(4);
        returned.Requests.Should().BeLessThanOrEqualTo(26);
        returned.Moves.Should().Be(1);
    }

    [Fact]
    public void The_processs_own_namespace_needs_no_visit()
    {
        using var own = NetworkNamespace.OpenCurrent();

        Count(() => own.OpenNetlink().Dispose()).Should().Be(new Work(0, 0, 0));
    }

    private LinkSnapshot Staged()
    {
        _host.RunPlugin();
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        return snapshot;
    }

    private static Work Count(Action action)
    {
        var work = new Work(0, 0, 0);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == NamespaceWork.MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, count, _, _) => work = instrument.Name switch
        {
            "visits" => work with { Visits = work.Visits + count },
            "requests" => work with { Requests = work.Requests + count },
            _ => work with { Moves = work.Moves + count },
        });
        listener.Start();
        action();
        return work;
    }

    private sealed record Work(int Visits, int Requests, int Moves);
}
