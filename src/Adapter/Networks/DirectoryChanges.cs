namespace Bridge.Adapter.Networks;

/// <summary>
/// Notices that files of a directory come, go or change, until it is disposed of. Of that directory only, not of those below it; and only
/// as long as it is the same directory, so it is to be made anew now and then.
/// </summary>
internal sealed class DirectoryChanges : IDisposable
{
    private readonly FileSystemWatcher _watcher;

    private DirectoryChanges(string directory, Action changed)
    {
        _watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite };
        _watcher.Created += (_, _) => changed();
        _watcher.Changed += (_, _) => changed();
        _watcher.Deleted += (_, _) => changed();
        _watcher.Renamed += (_, _) => changed();
        _watcher.EnableRaisingEvents = true;
    }

    /// <returns>Null when there is no such directory, or the kernel watches enough already: then only looking helps.</returns>
    public static DirectoryChanges? Watch(string directory, Action changed)
    {
        try
        {
            return new DirectoryChanges(directory, changed);
        }
        catch (Exception impossible) when (impossible is ArgumentException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => _watcher.Dispose();
}
