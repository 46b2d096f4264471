using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.History;

/// <summary>The files of the history, for commands: also without a running daemon.</summary>
internal static class HistoryFiles
{
    /// <summary>The events, file by file: all together may be larger than the memory.</summary>
    /// <exception cref="ControlException">They cannot be read.</exception>
    public static IEnumerable<HistoryEvent> Read(AdapterSettings settings, HistoryPosition? end = null)
    {
        using var events = new HistoryReader(settings.HistoryDirectory).Read(end).GetEnumerator();
        while (HasNext(settings, events))
            yield return events.Current;
    }

    private static bool HasNext(AdapterSettings settings, IEnumerator<HistoryEvent> events)
    {
        var directory = settings.HistoryDirectory;
        try
        {
            if (events.MoveNext())
                return true;

            if (!Directory.Exists(directory) && Directory.Exists(settings.StateDirectory))
                RequireReadable(settings);

            return false;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new ControlException($"No permission to read {directory}: it belongs to root. Retry with sudo.", refused);
        }
        catch (IOException broken)
        {
            throw new ControlException($"The history cannot be read: {ErrorDescription.OfFile(broken)}", broken);
        }
    }

    /// <summary>Why there is nothing to show.</summary>
    public static string Nothing(AdapterSettings settings) => settings.History.Size == 0
        ? "No history is kept: the setting history.size is 0."
        : $"The history in {settings.HistoryDirectory} is empty: cnm-cni serve has not run with it yet.";

    // A directory that may not be entered looks as if it were not there.
    private static void RequireReadable(AdapterSettings settings) =>
        _ = Directory.EnumerateFileSystemEntries(settings.StateDirectory).Any();
}
