using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Service;

/// <summary>
/// The environment variables of a service manager for a process that it starts: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3).
/// </summary>
/// <param name="InheritedSockets">Number of sockets that it passes.</param>
/// <param name="NotifySocket">Its socket for notifications; null for none.</param>
/// <param name="Watchdog">Time without a keep-alive after which it kills the service; null for no limit.</param>
internal sealed record ServiceEnvironment(int InheritedSockets, string? NotifySocket, TimeSpan? Watchdog)
{
    /// <summary>Reads the variables and removes them, so that no child process inherits them.</summary>
    public static ServiceEnvironment Take()
    {
        var (listenPid, listenFds) = (Remove("LISTEN_PID"), Remove("LISTEN_FDS"));
        var (watchdogPid, watchdog) = (Remove("WATCHDOG_PID"), Remove("WATCHDOG_USEC"));
        _ = Remove("LISTEN_FDNAMES");
        return new ServiceEnvironment(
            IsOurs(listenPid) && Number(listenFds) is { } sockets ? (int)Math.Min(sockets, int.MaxValue) : 0,
            Remove("NOTIFY_SOCKET") is { Length: > 0 } address ? address : null,
            (watchdogPid is null || IsOurs(watchdogPid)) && Number(watchdog) is > 0 and { } microseconds
                ? TimeSpan.FromMicroseconds(microseconds)
                : null);
    }

    private static string? Remove(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return value;
    }

    // The variables may be meant for the parent process, from which they are inherited.
    private static bool IsOurs(string? processId) => Number(processId) == Environment.ProcessId;

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Sends notifications to the service manager: sd_notify(3).</summary>
/// <param name="address">A path, or <c>@</c> and a name in the abstract namespace.</param>
/// <param name="logger">Receives failures.</param>
internal sealed class Notifications(string address, ILogger<Notifications> logger) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _manager = new(address.StartsWith('@') ? $"\0{address[1..]}" : address);

    /// <summary>
    /// Sends all assignments in one message. A failure is only logged: cnm-cni serves without a service manager, which acts on missing
    /// notifications itself.
    /// </summary>
    public async Task SendAsync(IEnumerable<string> assignments, CancellationToken cancellationToken)
    {
        try
        {
            var message = Encoding.UTF8.GetBytes(string.Join('\n', assignments));
            await _socket.SendToAsync(message, SocketFlags.None, _manager, cancellationToken);
        }
        catch (SocketException failure)
        {
            logger.NotNotified(address, failure.Message);
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>cnm-cni cannot serve with what the service manager or the host provides. The message is for the person who set it up.</summary>
internal sealed class ServiceException(string message, Exception? cause = null) : Exception(message, cause);
