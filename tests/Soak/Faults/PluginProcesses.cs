using System.Globalization;
using System.Text;
using Bridge.Soak.Stage;
using Bridge.TestHosts;

namespace Bridge.Soak.Faults;

/// <summary>The processes of cnm-cni's attachments: plugins and the programs that they started.</summary>
internal sealed class PluginProcesses(TestHost host)
{
    // Pods' plugins have another path.
    private const string Mark = $"CNI_PATH={Paths.Plugins}";

    /// <returns>Their process ids, as the host numbers them, and their names.</returns>
    public IReadOnlyList<(string Pid, string Name)> All()
    {
        var found = new List<(string, string)>();
        foreach (var directory in Directory.EnumerateDirectories(host.PathOf("/proc")))
        {
            var pid = Path.GetFileName(directory);
            if (int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out _) && NameIfOurs(directory) is { } name)
                found.Add((pid, name));
        }

        return found;
    }

    private static string? NameIfOurs(string directory)
    {
        try
        {
            var environment = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "environ")));
            return environment.Split('\0').Contains(Mark) ? File.ReadAllText(Path.Combine(directory, "comm")).Trim() : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // It ended while we looked.
        }
    }
}
