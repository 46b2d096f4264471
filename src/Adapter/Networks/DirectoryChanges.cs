namespace Bridge.Adapter.Networks;

/// <summary>
/// Notices that files of a directory come, go or change, and that the directory itself does, until it is disposed of. Of that directory only,
/// not of those below it. Whatever it notices, it is to be made anew: what it looks at may be another directory of the same name by then.
/// </summary>
internal sealed class DirectoryChanges : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];

    /// <summary>What cannot be watched, because the kernel watches enough already, has to be looked at now and then.</summary>
    public static DirectoryChanges Watch(string directory, Action changed)
    {
        var changes = new DirectoryChanges();
        // From above: a directory that is made in between is seen by the watch above it.
        foreach (var (parent, child) in Steps(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))))
            changes.Add(parent, child, changed);

        changes.Add(directory, "*", changed);
        return changes;
    }

    public void Dispose() => _watchers.ForEach(watcher => watcher.Dispose());

    // From the nearest directory that is there, so that each step towards the missing one is noticed.
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
        try
        {
            var watcher = new FileSystemWatcher(directory, names) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite };
            _watchers.Add(watcher);
            watcher.Created += (_, _) => changed();
            watcher.Changed += (_, _) => changed();
            watcher.Deleted += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception impossible) when (impossible is ArgumentException or IOException or OutOfMemoryException)
        {
            // Not there, or the kernel watches enough already; the last is how .NET calls its refusal of one more thread.
        }
    }
}
