using System.Globalization;

namespace CniInvoker;

/// <summary>The bytes of a lock file that an operation waits for; null for none.</summary>
internal sealed record RequestedLocks(long? Gate, long? Room, long? Container)
{
    /// <summary>Whether another process's lock on a range of bytes blocks the operation.</summary>
    public bool IsBlockedBy(long first, long last, bool isExclusive)
    {
        var needsExclusive = Container is null;
        return Contains(Container) || ((Contains(Gate) || Contains(Room)) && (isExclusive || needsExclusive));

        bool Contains(long? offset) => offset >= first && offset <= last;
    }
}

/// <summary>
/// Finds the processes that hold the locks an operation waits for. The kernel does not report the owner of an open file description lock
/// (fcntl(2)), but /proc/PID/fdinfo lists the locks of every open file (proc(5)). Searched only after waiting for a while.
/// </summary>
internal sealed class LockHolders(string file, RequestedLocks requested)
{
    private const string LockLine = "lock:";

    // A process must be found stopped twice, one pause apart: a short stop must not end the wait.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HashSet<int> _stopped = [];
    private TimeSpan _next = Pause;

    /// <param name="waited">The time waited so far.</param>
    /// <exception cref="CniException">Waiting is useless: code 11, the holder is stopped; code 4, the holder waits for this
    /// process.</exception>
    public void RequireProgress(TimeSpan waited)
    {
        if (waited < _next)
            return;

        _next = waited + Pause;
        var stopped = new List<int>();
        foreach (var holder in Find())
        {
            if (ProcessStatus.IsAncestor(holder))
            {
                throw new CniException(
                    CniErrorCode.InvalidEnvironment,
                    $"deadlock: process {holder} ({ProcessStatus.CommandOf(holder)}) runs an operation for the same container "
                        + "and waits for the plugin that started this one");
            }

            if (ProcessStatus.Of(holder) is { IsStopped: true })
                stopped.Add(holder);
        }

        if (stopped.Find(_stopped.Contains) is var still and > 0)
        {
            throw new CniException(
                CniErrorCode.TryAgainLater,
                $"process {still} ({ProcessStatus.CommandOf(still)}) holds the lock and is stopped; "
                    + $"resume it with \"kill -CONT {still}\", or end it ({file})");
        }

        _stopped.Clear();
        _stopped.UnionWith(stopped);
    }

    private IEnumerable<int> Find() => !LibC.TryStat(file, out var lockFile) ? [] : Numbers("/proc")
        .Where(process => process != Environment.ProcessId)
        .Where(process => Numbers($"/proc/{process}/fd").Any(number =>
            IsLockFile($"/proc/{process}/fd/{number}", lockFile) && IsBlocking($"/proc/{process}/fdinfo/{number}")));

    // Compares the name first, which is cheaper. The directory may differ in another mount namespace.
    private bool IsLockFile(string link, FileStatus lockFile) => ReadOrDefault(() =>
        Path.GetFileName(new FileInfo(link).LinkTarget) == Path.GetFileName(file)
            && LibC.TryStat(link, out var found)
            && found.Identity == lockFile.Identity);

    // "lock:	1: OFDLCK  ADVISORY  WRITE -1 00:1c:4711 0 EOF"
    private bool IsBlocking(string information) => ReadOrDefault(() =>
        File.ReadLines(information).Where(line => line.StartsWith(LockLine, StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => TryParse(fields[^2], out var first)
                && requested.IsBlockedBy(first, TryParse(fields[^1], out var last) ? last : long.MaxValue, fields.Contains("WRITE"))));

    private static IReadOnlyList<int> Numbers(string directory) => ReadOrDefault<IReadOnlyList<int>>(() =>
        [.. Directory.EnumerateFileSystemEntries(directory)
            .Select(entry => TryParse(Path.GetFileName(entry.AsSpan()), out var number) ? (int)number : -1)
            .Where(number => number >= 0)]) ?? [];

    private static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // A process may end, and its files vanish, at any moment.
    private static T? ReadOrDefault<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
