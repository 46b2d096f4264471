using System.Globalization;
using System.Text;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Plugins that an earlier process of ours started and that outlived it: they lead process groups of their own. Left alone they would go
/// on making what a DEL is about to undo.
/// They are known by CNI_NETNS in their environment, which they hand on to what they start: a path that only we give, with the id of an
/// attachment of ours at its end. Another runtime's plugins have another, even for a container of the same id.
/// </summary>
internal sealed class SurvivingPlugins(StagingSandboxes staging, TimeProvider timeProvider, ILogger<SurvivingPlugins> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Ends them, and returns when they are gone.</summary>
    public void End(IReadOnlySet<string> containerIds)
    {
        if (containerIds.Count == 0)
        {
            return;
        }

        var ours = containerIds.ToDictionary(staging.PathOf, StringComparer.Ordinal);
        var start = timeProvider.GetTimestamp();
        while (timeProvider.GetElapsedTime(start) < Patience)
        {
            // Again until none is found: one of them may have started another meanwhile.
            var found = Find(ours);
            if (found.Count == 0)
            {
                return;
            }

            foreach (var (process, containerId) in found)
            {
                logger.SurvivorEnded(process, containerId);
                LibC.Kill(process);
            }

            Thread.Yield();
        }
    }

    private static List<(int Process, string ContainerId)> Find(Dictionary<string, string> ours)
    {
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && NetnsOf(directory) is { } netns && ours.TryGetValue(netns, out var id))
            {
                found.Add((process, id));
            }
        }

        return found;
    }

    private static string? NetnsOf(string directory)
    {
        const string Variable = "CNI_NETNS=";
        try
        {
            // A zombie has no environment any more, so it is not found.
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "environ"))).Split('\0')
                .FirstOrDefault(variable => variable.StartsWith(Variable, StringComparison.Ordinal))?[Variable.Length..];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // It ended while we looked.
        }
    }
}
