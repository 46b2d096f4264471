using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.TestHosts.Machine;

/// <summary>
/// The name of a test host, <c>bridge-test-PID-STARTED-RANDOM</c>: it names the process that owns the host, so that a later run
/// recognizes the remains of a crashed run (process ids are reused; an id with its start time is not).
/// </summary>
internal sealed partial record HostName(int OwnerPid, long OwnerStarted, string Suffix)
{
    /// <summary>How the names of this process's hosts begin.</summary>
    public static string OwnPrefix { get; } = new HostName(Environment.ProcessId, StartedAt(Environment.ProcessId) ?? 0, "").ToString();

    public static HostName? Parse(string text) =>
        Pattern().Match(text) is { Success: true } match
            ? new HostName(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups[3].Value)
            : null;

    public bool OwnerLives => StartedAt(OwnerPid) == OwnerStarted;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"bridge-test-{OwnerPid}-{OwnerStarted}-{Suffix}");

    /// <summary>Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process.</summary>
    private static long? StartedAt(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the program's name in parentheses and may contain spaces.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [GeneratedRegex("^bridge-test-([0-9]+)-([0-9]+)-([A-Za-z0-9]+)$")]
    private static partial Regex Pattern();
}
