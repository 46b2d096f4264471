using Bridge.Soak.Stage;
using Bridge.TestHosts;

namespace Bridge.Soak.Ending;

/// <summary>What the host holds after all that it did not hold before.</summary>
/// <param name="Lines">Of the census, with + for what has come and - for what has gone.</param>
/// <param name="OfDocker">Those of them that are dockerd's own: what it leaves when it is killed, with any driver.</param>
/// <param name="Records">In the bridge's journal: files, relative to the state directory.</param>
internal sealed record Leaks(IReadOnlyList<string> Lines, IReadOnlyList<string> OfDocker, IReadOnlyList<string> Records)
{
    /// <param name="host">After the last container and pod.</param>
    /// <param name="changes">Of its census.</param>
    public static Leaks Of(TestHost host, IReadOnlyList<string> changes) => new(
        [.. changes.Where(line => !IsOfDocker(line))], [.. changes.Where(IsOfDocker)], RecordsOf(host));

    // Mounts of containers' file systems: no driver of networks has to do with them.
    private static bool IsOfDocker(string line) => line.StartsWith("+ mount: /var/lib/docker/", StringComparison.Ordinal);

    private static IReadOnlyList<string> RecordsOf(TestHost host)
    {
        var state = host.PathOf(Paths.State);
        return [.. ((string[])["attachments", "reservations"])
            .Select(kind => Path.Combine(state, kind))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetFiles)
            .Select(file => Path.GetRelativePath(state, file))
            .Order(StringComparer.Ordinal)];
    }
}
