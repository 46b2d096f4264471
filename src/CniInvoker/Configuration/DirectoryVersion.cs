namespace CniInvoker;

/// <summary>
/// The state of a configuration directory: its own, that of its files, and that of its sub-directories with their files. What was read in
/// one state need not be read again while the directory is in it.
/// </summary>
internal sealed class DirectoryVersion
{
    // The kernel notes times with the resolution of its clock tick. A change within a tick of the one before would not show.
    private const int SettledSeconds = 2;

    private readonly IReadOnlyList<(string Path, FileVersion Version)> _entries;

    private DirectoryVersion(IReadOnlyList<(string Path, FileVersion Version)> entries) => _entries = entries;

    public bool Equals(DirectoryVersion? other) => other is not null && _entries.SequenceEqual(other._entries);

    /// <returns>Null when nothing may be concluded from it: the directory has just changed, or part of it cannot be looked at.</returns>
    public static DirectoryVersion? Read(string path, TimeProvider timeProvider)
    {
        var entries = new List<(string, FileVersion)>();
        try
        {
            var settled = timeProvider.GetUtcNow().ToUnixTimeSeconds() - SettledSeconds;
            return Add(path, settled, entries, out _) && Entries(path).All(entry => AddWithFiles(entry, settled, entries))
                ? new DirectoryVersion(entries)
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool AddWithFiles(string path, long settled, List<(string, FileVersion)> entries) =>
        Add(path, settled, entries, out var kind)
        && (kind != FileKind.Directory || Entries(path).All(file => Add(file, settled, entries, out _)));

    private static IEnumerable<string> Entries(string directory) =>
        Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal);

    // The time of change (ctime) cannot be set, unlike that of modification. Links are followed, as when the files are read.
    private static bool Add(string path, long settled, List<(string, FileVersion)> entries, out FileKind kind)
    {
        var isThere = LibC.TryStat(path, out var status);
        kind = status.Kind;
        if (!isThere || status.stx_ctime.tv_sec >= settled)
            return false;

        entries.Add((path, status.Version));
        return true;
    }
}
