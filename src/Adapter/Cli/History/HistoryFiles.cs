using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cli.History;

/// <summary>The files of the history, for commands: also without a running daemon.</summary>
internal static class HistoryFiles
{
    /// <exception cref="ControlException">They cannot be read, or there are none.</exception>
    public static IReadOnlyList<HistoryEvent> Read(AdapterSettings settings, HistoryPosition? end = null)
    {
        var directory = settings.HistoryDirectory;
        try
        {
            if (!Directory.Exists(directory) && Directory.Exists(settings.StateDirectory))
                RequireReadable(settings);

            return [.. new HistoryReader(directory).Read(end)];
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
