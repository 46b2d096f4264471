using Bridge.Soak.Stage;
using Bridge.TestHosts;

namespace Bridge.Soak.Ending;

/// <summary>What the host holds after all that it did not hold before.</summary>
/// <param name="Lines">Of the census, with + for what has come and - for what has gone.</param>
/// <param name="OfDocker">What is dockerd's own: it leaves that when it is killed, with any driver.</param>
/// <param name="Records">In the bridge's journal: files, relative to the state directory.</param>
internal sealed record Leaks(IReadOnlyList<string> Lines, IReadOnlyList<string> OfDocker, IReadOnlyList<string> Records)
{
    /// <param name="host">After the last container and pod.</param>
    /// <param name="changes">Of its census.</param>
    public static Leaks Of(TestHost host, IReadOnlyList<string> changes) => new(
        [.. changes.Where(IsLeak)], [.. changes.Where(line => !IsLeak(line))], RecordsOf(host));

    /// <summary>
    /// Not so mounts of containers' file systems, and the shim of a container that dockerd was about to start when it was killed, and does not
    /// remember: no driver of networks has to do with either.
    /// </summary>
    public static bool IsLeak(string change) =>
        !change.StartsWith("+ mount: /var/lib/docker/", StringComparison.Ordinal) && change != "+ process: containerd-shim";

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
