using System.Globalization;

namespace CniInvoker;

/// <summary>
/// Who holds what somebody waits for. The kernel does not say it of these locks; but it tells of every open file of a process which locks it has. Looked for only
/// by who has waited for a while.
/// </summary>
internal sealed class LockHolders(string file, LockedPlaces places)
{
    private const string LockLine = "lock:";

    // A process that is stopped for a moment is none to give up for.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HashSet<int> _stopped = [];
    private TimeSpan _next = Pause;

    /// <param name="waited">For how long until now.</param>
    /// <exception cref="CniException">Waiting is in vain: code 11, for a process that is stopped, or code 4, for one that waits for this one.</exception>
    public void RequireProgress(TimeSpan waited)
    {
        if (waited < _next)
            return;

        _next = waited + Pause;
        var stopped = new List<int>();
        foreach (var holder in Find())
        {
            if (ProcessStatus.IsAncestor(holder))
                throw new CniException(CniErrorCode.InvalidEnvironment, $"process {holder} ({ProcessStatus.CommandOf(holder)}) runs an operation for the same container, and waits for the plugin that has begun this one: neither could ever end");

            if (ProcessStatus.Of(holder) is { IsStopped: true })
                stopped.Add(holder);
        }

        if (stopped.Find(_stopped.Contains) is var still and > 0)
            throw new CniException(CniErrorCode.TryAgainLater, $"process {still} ({ProcessStatus.CommandOf(still)}) is in the middle of an operation, and is stopped; let it go on with \"kill -CONT {still}\", or end it ({file})");

        _stopped.Clear();
        _stopped.UnionWith(stopped);
    }

    private IEnumerable<int> Find()
    {
        if (!LibC.TryStat(file, out var wanted))
            return [];

        return Numbers("/proc")
            .Where(process => process != Environment.ProcessId)
            .Where(process => Numbers($"/proc/{process}/fd").Any(number => IsTheFile($"/proc/{process}/fd/{number}", wanted) && Blocks($"/proc/{process}/fdinfo/{number}")));
    }

    private bool IsTheFile(string link, FileStatus wanted)
    {
        // Its name first, which costs less. In another mount namespace it may be elsewhere.
        try
        {
            return Path.GetFileName(new FileInfo(link).LinkTarget) == Path.GetFileName(file)
                && LibC.TryStat(link, out var found) && found.Inode == wanted.Inode && found.DeviceMajor == wanted.DeviceMajor && found.DeviceMinor == wanted.DeviceMinor;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // "lock:	1: OFDLCK  ADVISORY  WRITE -1 00:1c:4711 0 EOF"
    private bool Blocks(string information)
    {
        try
        {
            return File.ReadLines(information).Where(line => line.StartsWith(LockLine, StringComparison.Ordinal))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(words => long.TryParse(words[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                    && places.AreBlockedBy(first, long.TryParse(words[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : long.MaxValue, words.Contains("WRITE")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IReadOnlyList<int> Numbers(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory)
                .Select(entry => int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
                .Where(number => number >= 0)];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
