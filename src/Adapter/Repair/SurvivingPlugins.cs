using System.Globalization;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Plugins that an earlier process of ours started and that outlived it: they lead process groups of their own. Left alone they would go
/// on making what a DEL is about to undo.
/// They are known by their environment, which they hand on to what they start: CNI_NETNS is a path that only we give, with the id of an
/// attachment of ours at its end. Another runtime's plugins have another, even for a container of the same id. A person who looks into
/// that namespace may have the variable too, but not in the surroundings that only we make.
/// </summary>
internal sealed class SurvivingPlugins(StagingSandboxes staging, TimeProvider timeProvider, ILogger<SurvivingPlugins> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly string[] PluginVariables = ["CNI_COMMAND", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH"];
    private static readonly string[] LoginVariables = ["TERM", "USER", "LOGNAME", "SHELL", "HOSTNAME", "INVOCATION_ID"];

    /// <summary>Ends them, and returns when they are gone.</summary>
    public void End(IReadOnlySet<string> containerIds)
    {
        if (containerIds.Count == 0)
            return;

        var ours = containerIds.ToDictionary(staging.PathOf, StringComparer.Ordinal);
        var start = timeProvider.GetTimestamp();
        while (timeProvider.GetElapsedTime(start) < Patience)
        {
            // Again until none is found: one of them may have started another meanwhile.
            var found = Find(ours);
            if (found.Count == 0)
                return;

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
                && ProcessSnapshot.TryRead(directory) is { } seen && seen.Value("CNI_NETNS") is { } netns && ours.TryGetValue(netns, out var id)
                && seen.Value("CNI_CONTAINERID") == id && IsPlugin(seen))
            {
                found.Add((process, id));
            }
        }

        return found;
    }

    // Plugins get all of CNI's variables and none of a login's, and are put into a process group beside the one that their session began with.
    private static bool IsPlugin(ProcessSnapshot process) =>
        PluginVariables.All(name => process.Value(name) is not null) && !LoginVariables.Any(name => process.Value(name) is not null) && !process.IsInFirstGroup;
}
