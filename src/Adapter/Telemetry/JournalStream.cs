using System.Globalization;
using CniInvoker;
using Microsoft.Win32.SafeHandles;

namespace Bridge.Adapter.Telemetry;

/// <summary>
/// The priority at the beginning of a line, for journald (sd-daemon(3)). Of a stream that is no connection to journald nobody would take it
/// away again.
/// </summary>
internal static class JournalStream
{
    public const int StandardOutput = 1;
    public const int StandardError = 2;

    // systemd.exec(5): device and inode of the connection that the service's output and error output had at its start.
    private const string Variable = "JOURNAL_STREAM";

    /// <summary>Whether the descriptor is the process's connection to journald.</summary>
    public static bool Is(int descriptor)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } journal)
            return false;

        using var stream = new SafeFileHandle(descriptor, ownsHandle: false);
        try
        {
            return journal == LibC.Identity(stream).DeviceAndInode;
        }
        catch (KernelException)
        {
            return false; // It is closed.
        }
    }

    /// <summary>The text, each line of which begins with its priority.</summary>
    public static string Prioritized(LogLevel level, string lines)
    {
        var priority = string.Create(CultureInfo.InvariantCulture, $"<{Priority(level)}>");
        return priority + lines.Replace("\n", $"\n{priority}", StringComparison.Ordinal);
    }

    /// <summary>An error text for error output, with the priority of an error if it goes to journald.</summary>
    public static string Error(string lines) => Is(StandardError) ? Prioritized(LogLevel.Error, lines) : lines;

    // syslog(3).
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
