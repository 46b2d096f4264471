using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.HostPorts;

/// <summary>
/// A port that cnm-cni has just released may stay bound for a moment: a plugin that is being started has a copy of its socket.
/// </summary>
public sealed partial class ReleasedPortTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly string _state = Directory.CreateTempSubdirectory("state").FullName;
    private readonly PortReservations _ports;

    public ReleasedPortTests()
    {
        var journal = new Journal(_state, Path.Combine(_state, "records"));
        journal.Load();
        _ports = new PortReservations(journal, _time, NullLogger<PortReservations>.Instance);
    }

    public void Dispose()
    {
        _ports.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task It_is_reserved_again_as_soon_as_the_copy_is_closed()
    {
        var port = await ReserveAsync("e1", 0);
        Task<int> second;
        using (CopyOfSocket(port))
        {
            _ports.Release("e1");
            second = ReserveAsync("e2", port);
            second.IsCompleted.Should().BeFalse();
        }

        await EndAsync(second);

        (await second).Should().Be(port);
        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public async Task It_is_refused_when_the_copy_is_not_closed_within_a_moment()
    {
        var port = await ReserveAsync("e1", 0);
        using var copy = CopyOfSocket(port);
        _ports.Release("e1");
        var (start, second) = (_time.GetUtcNow(), ReserveAsync("e2", port));

        await EndAsync(second);

        await second.Awaiting(refused => refused).Should().ThrowAsync<CnmException>()
            .WithMessage("*in use by another program on this host*");
        (_time.GetUtcNow() - start).Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task It_is_refused_at_once_when_it_was_released_a_second_ago()
    {
        var port = await ReserveAsync("e1", 0);
        using var copy = CopyOfSocket(port);
        _ports.Release("e1");
        _time.Advance(TimeSpan.FromSeconds(1));

        ReserveAsync("e2", port).IsFaulted.Should().BeTrue();
    }

    [Fact]
    public async Task A_port_of_another_program_is_refused_at_once_although_another_one_of_the_list_was_just_released()
    {
        var port = await ReserveAsync("e1", 0);
        _ports.Release("e1");
        await OtherProgram.GetsAsync("tcp", port);
        using var program = new TcpListener(IPAddress.Loopback, 0);
        program.Start();

        var second = _ports.ReserveAsync(
            "e2", [Request(port), Request(((IPEndPoint)program.LocalEndpoint).Port) with { ContainerPort = 81 }], [], Cancellation);

        second.IsFaulted.Should().BeTrue();
    }

    private static RequestedPort Request(int port) => new("tcp", 80, "127.0.0.1", port, port);

    private async Task<int> ReserveAsync(string endpointId, int port) =>
        (await _ports.ReserveAsync(endpointId, [Request(port)], [], Cancellation))[0].HostPort;

    private Task EndAsync(Task<int> reservation) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(Step);
            return reservation.IsCompleted;
        },
        "the reservation has ended");

    // As a child process has it between fork and exec.
    private static Socket CopyOfSocket(int port)
    {
        foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(link).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) != true
                || dup(int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture)) is var number && number < 0)
                continue;

            var copy = new Socket(new SafeSocketHandle(number, ownsHandle: true));
            if (copy.LocalEndPoint is IPEndPoint local && local.Port == port)
                return copy;

            copy.Dispose();
        }

        throw new InvalidOperationException($"no socket has port {port}");
    }

    [LibraryImport("libc")]
    private static partial int dup(int file);
}
