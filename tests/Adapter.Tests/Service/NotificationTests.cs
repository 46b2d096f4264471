using System.Net.Sockets;

namespace Bridge.Adapter.Tests.Service;

/// <summary>What the service manager hears of the daemon.</summary>
public sealed class NotificationTests : IDisposable
{
    private const string Empty = "STATUS=Networks: 0, attachments: 0, clean-ups pending: 0";

    private const string Hung = "STATUS=Does not answer on its own socket";
    private const string Watchdog = "3000000";

    private readonly ServiceManager _manager = new();

    public void Dispose() => _manager.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_daemon_is_ready_when_it_answers_and_says_when_it_ends(bool isAbstract)
    {
        using var notified = new NotifySocket(isAbstract ? $"@cnm-cni-test-{Guid.NewGuid()}" : _manager.PathOf("notify"));
        var daemon = _manager.Start(("NOTIFY_SOCKET", notified.Address));

        (await notified.ReceiveAsync(Cancellation)).Should().Equal("READY=1", Empty);
        using (var connection = await ConnectAsync())
            connection.Connected.Should().BeTrue();

        (await ServiceManager.StopAsync(daemon, Cancellation)).Should().Be(0);
        (await notified.ReceiveAsync(Cancellation)).Should().Contain("STOPPING=1");
    }

    [Fact]
    public async Task The_watchdog_is_notified_as_long_as_the_daemon_answers_on_its_socket()
    {
        using var notified = new NotifySocket(_manager.PathOf("notify"));
        _manager.StartWithSocket(variables: [("NOTIFY_SOCKET", notified.Address), ("WATCHDOG_USEC", Watchdog)]);
        (await notified.ReceiveAsync(Cancellation)).Should().Contain("READY=1");
        (await notified.ReceiveAsync(sign => sign.Contains("WATCHDOG=1"), Cancellation)).Should().Equal("WATCHDOG=1", Empty);

        // Whoever connects from now on gets no answer, as if the daemon hung.
        File.Move(_manager.SocketPath, _manager.PathOf("aside"));
        using (var mute = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            mute.Bind(new UnixDomainSocketEndPoint(_manager.SocketPath));
            mute.Listen(16);
            await notified.ReceiveAsync(sign => sign.SequenceEqual([Hung]), Cancellation);
            (await notified.ReceiveAsync(Cancellation)).Should().Equal(Hung);
        }

        File.Move(_manager.PathOf("aside"), _manager.SocketPath, overwrite: true);
        await notified.ReceiveAsync(sign => sign.Contains("WATCHDOG=1"), Cancellation);
    }

    [Fact]
    public async Task The_watchdog_is_notified_after_the_socket_file_was_removed()
    {
        using var notified = new NotifySocket(_manager.PathOf("notify"));
        _manager.StartWithSocket(variables: [("NOTIFY_SOCKET", notified.Address), ("WATCHDOG_USEC", Watchdog)]);
        (await notified.ReceiveAsync(Cancellation)).Should().Contain("READY=1");

        File.Delete(_manager.SocketPath);

        for (var time = 0; time < 2; time++)
            await notified.ReceiveAsync(sign => sign.Contains("WATCHDOG=1"), Cancellation);
    }

    [Fact]
    public async Task The_watchdog_of_another_process_is_not_notified()
    {
        using var notified = new NotifySocket(_manager.PathOf("notify"));
        var daemon = _manager.Start(("NOTIFY_SOCKET", notified.Address), ("WATCHDOG_USEC", "1000"), ("WATCHDOG_PID", "1"));
        (await notified.ReceiveAsync(Cancellation)).Should().Contain("READY=1");

        await ServiceManager.StopAsync(daemon, Cancellation);

        (await notified.ReceiveAsync(Cancellation)).Should().Contain("STOPPING=1");
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_manager.SocketPath), Cancellation);
        return socket;
    }
}
