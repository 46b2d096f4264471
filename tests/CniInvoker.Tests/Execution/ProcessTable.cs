namespace CniInvoker.Tests.Execution;

/// <summary>What the kernel says about processes.</summary>
internal static class ProcessTable
{
    /// <summary>There, and not merely a zombie that waits for its parent.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            return Fields(process)[0] is not ("Z" or "X");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static int GroupOf(int process) => int.Parse(Fields(process)[2], System.Globalization.CultureInfo.InvariantCulture);

    public static int[] ZombieChildren() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Select(name => int.TryParse(name, out var process) ? process : 0)
            .Where(process => process > 0 && IsZombieOfOurs(process)),
    ];

    /// <summary>Without assemblies, which are opened when they are first needed and stay open.</summary>
    public static int OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    public static int Threads() => Directory.EnumerateFileSystemEntries("/proc/self/task").Count();

    private static bool IsZombieOfOurs(int process)
    {
        try
        {
            return Fields(process) is ["Z", var parent, ..] && parent == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // state, parent, group, …: what follows the name, which may hold anything.
    private static string[] Fields(int process)
    {
        var line = File.ReadAllText($"/proc/{process}/stat");
        return line[(line.LastIndexOf(')') + 2)..].Split(' ');
    }
}
