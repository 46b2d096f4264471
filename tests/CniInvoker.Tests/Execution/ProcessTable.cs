namespace CniInvoker.Tests.Execution;

/// <summary>Processes in /proc (proc(5)).</summary>
internal static class ProcessTable
{
    /// <summary>Whether the process runs; a zombie does not.</summary>
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

    /// <summary>The children of this process, zombies included.</summary>
    public static int[] Children() => [.. Processes().Where(process => IsOurs(process, _ => true))];

    public static int[] ZombieChildren() => [.. Processes().Where(process => IsOurs(process, fields => fields[0] == "Z"))];

    /// <summary>Without assemblies, which the runtime opens when it first needs them and keeps open.</summary>
    public static int OpenFiles() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(
            link => new FileInfo(link).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    public static int Threads() => Directory.EnumerateFileSystemEntries("/proc/self/task").Count();

    /// <summary>As the kernel stores them: at most 15 bytes.</summary>
    public static string[] ThreadNames() =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(task => Path.Combine(task, "comm")).Select(ReadIfThere).Select(
            name => name.TrimEnd('\n')),
    ];

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Select(name => int.TryParse(name, out var process) ? process : 0)
            .Where(process => process > 0);

    private static bool IsOurs(int process, Func<string[], bool> condition)
    {
        try
        {
            var fields = Fields(process);
            return fields[1] == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture) && condition(fields);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The thread has ended meanwhile.
    private static string ReadIfThere(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    // state, parent, group, …: the fields after the name, which may contain anything.
    private static string[] Fields(int process)
    {
        var line = File.ReadAllText($"/proc/{process}/stat");
        return line[(line.LastIndexOf(')') + 2)..].Split(' ');
    }
}
