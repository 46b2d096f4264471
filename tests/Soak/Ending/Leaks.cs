using Bridge.Soak.Stage;
using Bridge.TestHosts;

namespace Bridge.Soak.Ending;

/// <summary>What differs on the host from what it held before all that.</summary>
/// <param name="Left">Lines that the census has gained: a clean-up was incomplete.</param>
/// <param name="Missing">Lines that the census has lost: a clean-up removed what was not its own.</param>
/// <param name="OfDocker">What is dockerd's own: it leaves that when it is killed, with any driver.</param>
/// <param name="Records">In cnm-cni's journal: files, as the host sees them.</param>
internal sealed record Leaks(
    IReadOnlyList<string> Left, IReadOnlyList<string> Missing, IReadOnlyList<string> OfDocker, IReadOnlyList<string> Records)
{
    private const string Come = "+ ";
    private const string Gone = "- ";

    /// <summary>The host is what it was.</summary>
    public bool AreNone => Left.Count + Missing.Count + Records.Count == 0;

    /// <param name="host">After the last container and pod.</param>
    /// <param name="changes">Of its census.</param>
    public static Leaks Of(TestHost host, IReadOnlyList<string> changes) => new(
        [.. Which(changes.Where(IsLeak), Come)], [.. Which(changes.Where(IsLeak), Gone)], [.. changes.Where(line => !IsLeak(line))],
        RecordsOf(host));

    /// <summary>
    /// Not so mounts of containers' file systems, and the shim of a container that dockerd was about to start when it was killed, and does
    /// not remember: no driver of networks has to do with either.
    /// </summary>
    public static bool IsLeak(string change) =>
        !change.StartsWith("+ mount: /var/lib/docker/", StringComparison.Ordinal) && change != "+ process: containerd-shim";

    private static IEnumerable<string> Which(IEnumerable<string> changes, string mark) =>
        changes.Where(change => change.StartsWith(mark, StringComparison.Ordinal)).Select(change => change[mark.Length..]);

    private static IReadOnlyList<string> RecordsOf(TestHost host) =>
    [
        .. from directory in (string[])[Paths.State, Paths.PresentRecords]
           from kind in (string[])["attachments", "reservations"]
           where Directory.Exists(host.PathOf($"{directory}/{kind}"))
           from file in Directory.GetFiles(host.PathOf($"{directory}/{kind}")).Order(StringComparer.Ordinal)
           select $"{directory}/{kind}/{Path.GetFileName(file)}",
    ];
}
