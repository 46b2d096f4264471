using System.Globalization;
using System.Text;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// Plugins that the previous process started and that outlived it: they lead process groups of their own. They would go on making what DEL
/// is about to remove.
/// They are known by their environment, which their children inherit: CNI_NETNS is a path that only cnm-cni uses, ending in the id of one
/// of its attachments. Another runtime's plugins have another path, even for a container of the same id. A shell that a person opened in
/// that namespace may have the variable too, but not together with the other CNI variables and without those of a login.
/// </summary>
internal sealed class SurvivingPlugins(StagingSandboxes staging, TimeProvider timeProvider, ILogger<SurvivingPlugins> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly string[] PluginVariables = ["CNI_COMMAND", "CNI_IFNAME", "CNI_ARGS", "CNI_PATH"];
    private static readonly string[] LoginVariables = ["TERM", "USER", "LOGNAME", "SHELL", "HOSTNAME", "INVOCATION_ID"];

    /// <summary>Kills them, and returns when they are gone or after two seconds.</summary>
    public void End(IReadOnlySet<string> containerIds)
    {
        if (containerIds.Count == 0)
            return;

        var ours = containerIds.ToDictionary(staging.PathOf, StringComparer.Ordinal);
        var start = timeProvider.GetTimestamp();
        while (timeProvider.GetElapsedTime(start) < Patience)
        {
            // Until none is found: one may have started another meanwhile.
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
                && ProcessSnapshot.TryRead(directory) is { } seen && seen.Value("CNI_NETNS") is { } netns
                    && ours.TryGetValue(netns, out var id)
                && seen.Value("CNI_CONTAINERID") == id && IsPlugin(seen))
            {
                found.Add((process, id));
            }
        }

        return found;
    }

    // Plugins have all CNI variables, none of a login, and a process group other than the first of their session.
    private static bool IsPlugin(ProcessSnapshot process) =>
        PluginVariables.All(name => process.Value(name) is not null) && !LoginVariables.Any(name => process.Value(name) is not null)
            && !process.IsInFirstGroup;
}

/// <summary>A process, as /proc showed it.</summary>
internal sealed class ProcessSnapshot
{
    // Counted from behind the name in /proc/PID/stat, see proc(5).
    private const int GroupField = 2;
    private const int SessionField = 3;

    private readonly string[] _environment;

    private ProcessSnapshot(string[] environment, bool isInFirstGroup) => (_environment, IsInFirstGroup) = (environment, isInFirstGroup);

    /// <summary>In the first process group of its session: a login shell, a service and most of their children.</summary>
    public bool IsInFirstGroup { get; }

    /// <returns>Null when it has ended; a zombie has no environment.</returns>
    public static ProcessSnapshot? TryRead(string directory)
    {
        try
        {
            var environment = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "environ")))
                .Split('\0', StringSplitOptions.RemoveEmptyEntries);
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // The name may contain anything.
            return new ProcessSnapshot(environment, fields[GroupField] == fields[SessionField]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string? Value(string variable) => _environment.FirstOrDefault(one =>
        one.Length > variable.Length && one[variable.Length] == '='
            && one.StartsWith(variable, StringComparison.Ordinal))?[(variable.Length + 1)..];
}
