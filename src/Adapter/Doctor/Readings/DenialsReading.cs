using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>What SELinux and AppArmor have denied to cnm-cni and to CNI plugins in the last day, as the kernel has logged it.</summary>
/// <param name="Lines">The newest ones, each program and operation once.</param>
internal sealed record DenialsReading(IReadOnlyList<Denial> Lines)
{
    // An older denial may have been mended since: the log keeps it.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    private const string Log = "log";
    private const string Modules = "modules";

    // Either log may be missing or refused; a host without both modules has no denials.
    private const string Script = $"""
        echo "{HostProgram.Mark}{Modules}"
        cat /sys/kernel/security/lsm 2> /dev/null; echo
        cat /sys/module/apparmor/parameters/enabled 2> /dev/null
        [ -e /sys/fs/selinux/enforce ] && echo selinux
        echo "{HostProgram.Mark}{Log}"
        tail -c 2000000 /var/log/audit/audit.log 2> /dev/null | grep -a -E 'avc: +denied|apparmor="DENIED"' | tail -n 500
        echo "{HostProgram.Mark}{Log}"
        dmesg 2> /dev/null | grep -a -E 'avc: +denied|apparmor="DENIED"' | tail -n 500
        [ -r /var/log/audit/audit.log ] || dmesg > /dev/null 2>&1 || echo "{HostProgram.Mark}unreadable"
        exit 0
        """;

    /// <exception cref="SourceException">No log can be read.</exception>
    public static async Task<DenialsReading> ReadAsync(
        HostShell shell, IReadOnlyCollection<string> plugins, DateTimeOffset now, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = await shell.RunAsync(Script, limit, cancellationToken);
        var modules = output.GetValueOrDefault(Modules, "");
        var isConfined = modules.Contains("selinux", StringComparison.Ordinal) || modules.Contains("apparmor", StringComparison.Ordinal)
            || modules.Contains('Y', StringComparison.Ordinal);
        return !isConfined ? new DenialsReading([])
            : output.ContainsKey("unreadable")
                ? throw new SourceException("neither /var/log/audit/audit.log nor the kernel's log can be read")
                : Parse(output.GetValueOrDefault(Log, ""), plugins, now);
    }

    /// <param name="log">Lines of the kernel's or the audit log, the newest last.</param>
    /// <param name="plugins">The plugins that count beside cnm-cni.</param>
    /// <param name="now">The time of day.</param>
    public static DenialsReading Parse(string log, IReadOnlyCollection<string> plugins, DateTimeOffset now)
    {
        var programs = plugins.Append("cnm-cni").Select(Denial.Shortened).ToHashSet(StringComparer.Ordinal);
        return new DenialsReading(
        [
            .. log.Split('\n').Reverse().Select(Denial.Of).OfType<Denial>()
                .Where(denial => programs.Contains(denial.Program) && !(denial.At < now - Recent))
                .DistinctBy(denial => (denial.Program, denial.Module, denial.Operation)),
        ]);
    }
}

/// <param name="Module">SELinux or AppArmor.</param>
/// <param name="Program">The program's name, of which the kernel keeps 15 bytes.</param>
/// <param name="Operation">What was denied.</param>
/// <param name="Line">The line of the log.</param>
internal sealed partial record Denial(string Module, string Program, string Operation, string Line)
{
    // TASK_COMM_LEN without the byte at its end.
    private const int LongestName = 15;

    /// <summary>When; null where the line does not have it.</summary>
    public DateTimeOffset? At => Time().Match(Line) is { Success: true } found
        && long.TryParse(found.Groups["seconds"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>A program's name as the kernel keeps it.</summary>
    public static string Shortened(string program) => program.Length > LongestName ? program[..LongestName] : program;

    /// <returns>Null for another line, and for what was allowed all the same (permissive).</returns>
    public static Denial? Of(string line)
    {
        if (line.Contains("permissive=1", StringComparison.Ordinal))
            return null;

        if (Selinux().Match(line) is { Success: true } avc)
            return new Denial("SELinux", avc.Groups["comm"].Value, avc.Groups["operation"].Value.Trim(), line.Trim());

        return AppArmor().Match(line) is { Success: true } denied && Command().Match(line) is { Success: true } command
            ? new Denial("AppArmor", command.Groups["comm"].Value, denied.Groups["operation"].Value, line.Trim())
            : null;
    }

    [GeneratedRegex("""avc: +denied +\{(?<operation>[^}]*)\}.* comm="(?<comm>[^"]+)".*""")]
    private static partial Regex Selinux();

    [GeneratedRegex("""apparmor="DENIED" operation="(?<operation>[^"]+)".*""")]
    private static partial Regex AppArmor();

    [GeneratedRegex("""\baudit\((?<seconds>\d{1,11})\.""")]
    private static partial Regex Time();

    [GeneratedRegex("""\bcomm="(?<comm>[^"]+)".*""")]
    private static partial Regex Command();
}
