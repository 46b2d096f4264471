using System.Globalization;

namespace Bridge.Adapter.Service;

/// <summary>What a service manager tells a process that it starts, in environment variables: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3).</summary>
/// <param name="InheritedSockets">How many sockets it handed over.</param>
/// <param name="NotifySocket">Where it wants to hear from us; null: nowhere.</param>
/// <param name="Watchdog">How long it waits for a sign of life before it ends us; null: for ever.</param>
internal sealed record ServiceEnvironment(int InheritedSockets, string? NotifySocket, TimeSpan? Watchdog)
{
    /// <summary>Reads the variables and removes them: they are meant for this process, and for none that it starts.</summary>
    public static ServiceEnvironment Take()
    {
        var (listenPid, listenFds) = (Remove("LISTEN_PID"), Remove("LISTEN_FDS"));
        var (watchdogPid, watchdog) = (Remove("WATCHDOG_PID"), Remove("WATCHDOG_USEC"));
        _ = Remove("LISTEN_FDNAMES");
        return new ServiceEnvironment(
            IsOurs(listenPid) && Number(listenFds) is { } sockets ? (int)Math.Min(sockets, int.MaxValue) : 0,
            Remove("NOTIFY_SOCKET") is { Length: > 0 } address ? address : null,
            (watchdogPid is null || IsOurs(watchdogPid)) && Number(watchdog) is > 0 and { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    private static string? Remove(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return value;
    }

    // Variables are inherited, and may have been meant for the process that started us.
    private static bool IsOurs(string? processId) => Number(processId) == Environment.ProcessId;

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
