using System.Text;

namespace Bridge.Adapter.Repair;

/// <summary>A process, as /proc showed it.</summary>
internal sealed class ProcessSnapshot
{
    // Behind the name in stat, see proc(5).
    private const int GroupField = 2;
    private const int SessionField = 3;

    private readonly string[] _environment;

    private ProcessSnapshot(string[] environment, bool isInFirstGroup) => (_environment, IsInFirstGroup) = (environment, isInFirstGroup);

    /// <summary>In the process group that its session began with: a login's shell, a service and most of what those start.</summary>
    public bool IsInFirstGroup { get; }

    /// <param name="directory">Its directory.</param>
    /// <returns>Null when it has ended; a zombie has no environment any more.</returns>
    public static ProcessSnapshot? TryRead(string directory)
    {
        try
        {
            var environment = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "environ"))).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // The name may hold anything.
            return new ProcessSnapshot(environment, fields[GroupField] == fields[SessionField]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A variable with which it was started.</summary>
    public string? Value(string variable) => _environment.FirstOrDefault(one =>
        one.Length > variable.Length && one[variable.Length] == '=' && one.StartsWith(variable, StringComparison.Ordinal))?[(variable.Length + 1)..];
}
