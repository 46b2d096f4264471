using System.Diagnostics;
using System.Net.Sockets;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cri;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.AddressOwners;

public sealed class PodRuntimeTests
{
    /// <summary>Stands still, so that a slow machine is not taken for a silent runtime.</summary>
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Pods_are_listed_with_their_names_and_addresses()
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        runtime.Add("b2", "web", "10.88.0.3", "fd00::3");
        runtime.Add("a1", "dns", "10.88.0.2");
        runtime.Add("c3", "stopped");
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);

        var listing = await pods.ListAsync(Cancellation);

        listing.Runtime.Should().Be(PodRuntimeState.Answers);
        listing.Pods.Select(pod => $"{pod.ContainerId} {pod.Name} {string.Join(' ', pod.Addresses)}").Should().Equal(
            "a1 default/dns 10.88.0.2",
            "c3 default/stopped ",
            "b2 default/web 10.88.0.3 fd00::3");
    }

    [Fact]
    public async Task A_pod_that_goes_while_it_is_asked_for_is_not_listed()
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        runtime.Add("a1", "dns", "10.88.0.2");
        runtime.Add("b2", "web", "10.88.0.3");
        runtime.Gone.Add("a1");
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);

        (await pods.ListAsync(Cancellation)).Pods.Should().ContainSingle().Which.ContainerId.Should().Be("b2");
        (await pods.FindAsync("a1", Cancellation)).Should().BeNull();
        (await pods.FindAsync("b2", Cancellation))!.Name.Should().Be("default/web");
    }

    [Fact]
    public async Task A_hundred_pods_are_listed_in_one_go()
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        for (var number = 1; number <= 100; number++)
            runtime.Add($"id{number}", $"pod{number}", $"10.88.1.{number}");

        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);

        var listing = await pods.ListAsync(Cancellation);

        listing.Runtime.Should().Be(PodRuntimeState.Answers);
        listing.Pods.Should().HaveCount(100).And.OnlyContain(pod => pod.Addresses.Count == 1);
    }

    [Fact]
    public async Task When_a_runtime_stops_answering_its_pods_keep_their_names()
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        runtime.Add("a1", "dns", "10.88.0.2");
        runtime.Add("b2", "web", "10.88.0.3");
        runtime.Silent.Add("b2");
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);

        var asking = pods.ListAsync(Cancellation);
        await runtime.FellSilent;
        _time.Advance(TimeSpan.FromSeconds(1));
        var listing = await asking;

        listing.Runtime.Should().Be(PodRuntimeState.Silent);
        listing.Pods.Select(pod => pod.Name).Should().Equal("default/dns", "default/web");
    }

    [Fact]
    public async Task A_runtime_that_never_answers_costs_a_second_and_has_no_pods()
    {
        var directory = Directory.CreateTempSubdirectory("cri-");
        var socket = Path.Combine(directory.FullName, "containerd.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen();
        using var clients = new CriClients(TimeProvider.System);
        var pods = new PodRuntime(() => socket, clients);

        var started = Stopwatch.GetTimestamp();
        var listing = await pods.ListAsync(Cancellation);

        listing.Runtime.Should().Be(PodRuntimeState.Silent);
        listing.Pods.Should().BeEmpty();
        Stopwatch.GetElapsedTime(started).Should().BeGreaterThan(TimeSpan.FromSeconds(0.9));
        (await pods.FindAsync("a1", Cancellation)).Should().BeNull();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_host_without_a_container_runtime_has_no_pods()
    {
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => "/nonexistent/containerd.sock", clients);

        (await pods.ListAsync(Cancellation)).Should().BeEquivalentTo((PodRuntimeState.Absent, Array.Empty<AddressOwner>()));
    }

    [Fact]
    public async Task A_stale_socket_has_no_pods()
    {
        var directory = Directory.CreateTempSubdirectory("cri-");
        var socket = Path.Combine(directory.FullName, "containerd.sock");
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            listener.Bind(new UnixDomainSocketEndPoint(socket));

        await File.WriteAllTextAsync(socket, "", Cancellation);
        using var clients = new CriClients(TimeProvider.System);
        var pods = new PodRuntime(() => socket, clients);

        (await pods.ListAsync(Cancellation)).Runtime.Should().Be(PodRuntimeState.Absent);
        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(12, "Absent")] // Unimplemented: a containerd that serves Docker alone.
    [InlineData(2, "Silent")] // Unknown: it says no, whyever.
    public async Task A_runtime_that_refuses_has_no_pods(int grpcStatus, string state)
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        runtime.Failure = grpcStatus;
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);

        var listing = await pods.ListAsync(Cancellation);

        listing.Pods.Should().BeEmpty();
        listing.Runtime.ToString().Should().Be(state);
    }

    [Fact]
    public async Task A_cancelled_request_throws()
    {
        await using var runtime = await ScriptedPodRuntime.StartAsync();
        runtime.Silent.Add("");
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => runtime.SocketPath, clients);
        using var asker = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var asking = pods.ListAsync(asker.Token);
        await runtime.FellSilent;
        await asker.CancelAsync();

        await asking.Invoking(asked => asked).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_runtime_that_was_restarted_is_asked_again()
    {
        await using var first = await ScriptedPodRuntime.StartAsync();
        using var clients = new CriClients(_time);
        var pods = new PodRuntime(() => first.SocketPath, clients);
        first.Add("a1", "dns", "10.88.0.2");
        (await pods.ListAsync(Cancellation)).Pods.Should().ContainSingle();

        await using var second = await ScriptedPodRuntime.StartAsync();
        second.Add("b2", "web", "10.88.0.3");
        await first.StopAsync();
        File.Move(second.SocketPath, first.SocketPath, overwrite: true);

        // The old connection's end may still be on its way.
        (PodRuntimeState Runtime, IReadOnlyList<AddressOwner> Pods) listing = default;
        await Eventually.TrueAsync(
            async token => (listing = await pods.ListAsync(token)).Runtime == PodRuntimeState.Answers, "the new runtime answers",
            Cancellation);

        listing.Pods.Should().ContainSingle().Which.Name.Should().Be("default/web");
    }
}
