namespace Bridge.Adapter.Directories;

/// <summary>
/// Reports that files of a directory, or the directory itself, were created, changed or removed; files in its subdirectories are ignored.
/// After a report a new watch is needed: the watched directory may have been replaced by another of the same name.
/// </summary>
internal sealed class DirectoryChanges : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];

    /// <summary>Best effort, because the kernel limits the number of watches (inotify(7)): also poll the directory at intervals.</summary>
    public static DirectoryChanges Watch(string directory, Action changed)
    {
        var changes = new DirectoryChanges();
        // Parents first: the watch on a parent reports a directory that is created meanwhile.
        foreach (var (parent, child) in Steps(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))))
            changes.Add(parent, child, changed);

        changes.Add(directory, "*", changed);
        return changes;
    }

    public void Dispose() => _watchers.ForEach(watcher => watcher.Dispose());

    // From the nearest directory that exists, so that the creation of each missing one is reported.
    private static Stack<(string Parent, string Child)> Steps(string directory)
    {
        var steps = new Stack<(string, string)>();
        for (var child = directory; Path.GetDirectoryName(child) is { } parent; child = parent)
        {
            steps.Push((parent, Path.GetFileName(child)));
            if (Directory.Exists(parent))
                break;
        }

        return steps;
    }

    private void Add(string directory, string names, Action changed)
    {
        if (!Directory.Exists(directory))
            return; // The watch on its parent reports it.

        try
        {
            var watcher = new FileSystemWatcher(directory, names)
                { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite };
            _watchers.Add(watcher);
            watcher.Created += (_, _) => changed();
            watcher.Changed += (_, _) => changed();
            watcher.Deleted += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception impossible) when (impossible is ArgumentException or IOException or OutOfMemoryException)
        {
            // The directory is missing, or the limit of watches is reached; OutOfMemoryException: .NET could not start a thread.
        }
    }
}
