using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>What the directories of cnm-cni hold, read without the daemon and without a change.</summary>
/// <param name="Attachments">The attachments.</param>
/// <param name="Reservations">The addresses reserved ahead.</param>
/// <param name="Networks">The Docker networks.</param>
/// <param name="Unreadable">Records that cannot be read, and why.</param>
internal sealed record StateReading(
    IReadOnlyList<AttachmentRecord> Attachments, IReadOnlyList<ReservationRecord> Reservations, IReadOnlyList<NetworkRecord> Networks,
    IReadOnlyList<(string File, string Reason)> Unreadable)
{
    /// <summary>Why the daemon would refuse its directories; null where it would not.</summary>
    public string? DirectoryProblem { get; init; }

    /// <summary>Directories of cnm-cni that other users can read or write, which the daemon closes when it starts.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>The ids of the staging namespaces.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IEnumerable<PluginRecord> PluginRecords => Attachments.Concat<PluginRecord>(Reservations);

    /// <exception cref="SourceException">The process may not read them.</exception>
    public static StateReading Read(AdapterSettings settings)
    {
        if (!Environment.IsPrivilegedProcess && (Directory.Exists(settings.StateDirectory) || Directory.Exists(settings.RunDirectory)))
            throw new SourceException($"only root may read {settings.StateDirectory} and {settings.RunDirectory}");

        var namespaces = Path.Combine(settings.RunDirectory, "netns");
        string[] ids = Directory.Exists(namespaces) ? [.. Directory.GetFiles(namespaces).Select(path => Path.GetFileName(path))] : [];
        var journal = new Journal(settings.StateDirectory, settings.PresentRecords); // After the namespaces: each has a record before.
        var (attachments, reservations, networks) = (journal.Attachments.Peek(), journal.Reservations.Peek(), journal.Networks.Peek());
        return new StateReading(
            attachments.Records, reservations.Records, networks.Records,
            [.. attachments.Unreadable, .. reservations.Unreadable, .. networks.Unreadable])
        {
            DirectoryProblem = Problem(settings),
            Open = [.. new[] { settings.StateDirectory, settings.RunDirectory }.Where(IsOpen)],
            Namespaces = ids,
        };
    }

    private static string? Problem(AdapterSettings settings)
    {
        try
        {
            DaemonDirectories.RequirePrivate(settings);
            return null;
        }
        catch (ServiceException refused)
        {
            return refused.Message;
        }
    }

    private static bool IsOpen(string directory) =>
        Directory.Exists(directory) && LibC.TryStat(directory, out var status) && !status.IsOwnersAlone;
}
