using System.Globalization;
using System.Text;

namespace CniInvoker;

/// <summary>The status of a process, from /proc/PID/stat (proc(5)).</summary>
/// <param name="State">One letter.</param>
/// <param name="Parent">The process that started or adopted it.</param>
internal readonly record struct ProcessStatus(char State, int Parent)
{
    private const int MostGenerations = 100;
    private const int LongestCommand = 100;

    /// <summary>Stopped by a signal (Ctrl-Z, SIGSTOP) or by a debugger.</summary>
    public bool IsStopped => State is 'T' or 't';

    /// <summary>Null when the process is gone.</summary>
    public static ProcessStatus? Of(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // The name, in parentheses, may contain anything.
            return new ProcessStatus(fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the process is an ancestor of this one.</summary>
    public static bool IsAncestor(int process)
    {
        var generation = 0;
        for (var descendant = Environment.ProcessId; generation < MostGenerations && Of(descendant) is { Parent: > 0 } status; generation++)
        {
            descendant = status.Parent;
            if (descendant == process)
                return true;
        }

        return false;
    }

    /// <summary>The command line, for messages.</summary>
    public static string CommandOf(int process)
    {
        try
        {
            var command = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/cmdline")).Replace('\0', ' ').Trim();
            return ErrorText.OneLine(command.Length > LongestCommand ? $"{command[..LongestCommand]}…" : command);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
