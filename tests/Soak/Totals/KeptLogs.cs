using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;

namespace Bridge.Soak.Totals;

/// <summary>
/// What a run leaves for the search for a cause, in one directory: <c>events.log</c> and the daemons' logs, whose times agree, both
/// censuses, and what was left in the journal.
/// </summary>
internal sealed class KeptLogs
{
    /// <param name="directory">What an earlier run left there is replaced.</param>
    public KeptLogs(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);

        Directory.CreateDirectory(directory);
        Root = directory;
    }

    public string Root { get; }

    public string Events => Path.Combine(Root, "events.log");

    public void Keep(TestHost host, string statePath)
    {
        foreach (var daemon in (Daemon[])[host.Bridge, host.Dockerd, host.Containerd])
            File.WriteAllText(Path.Combine(Root, $"{daemon.Name}.log"), daemon.Log);

        foreach (var record in Directory.EnumerateFiles(host.PathOf(statePath), "*.json*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Root, "state", Path.GetRelativePath(host.PathOf(statePath), record));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(record, copy);
        }
    }

    public void Keep(string name, HostCensus census) => File.WriteAllLines(Path.Combine(Root, name), census.Lines);

    /// <summary>Events and lines of cnm-cni's log, by time.</summary>
    public IReadOnlyList<string> InOrder(TestHost host) =>
        [.. ReadEvents().Concat(host.Bridge.Log.Split('\n').Where(line => line.StartsWith('2'))).OrderBy(
            line => line.Split(' ', 2)[0], StringComparer.Ordinal)];

    private IEnumerable<string> ReadEvents()
    {
        // Its writer has it open.
        using var file = new FileStream(Events, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
