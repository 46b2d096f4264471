using System.Globalization;
using System.Text;
using Bridge.Adapter.Cli.History;
using Bridge.Adapter.Directories;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary>Files of the host in a bug report.</summary>
internal static class ReportFiles
{
    private const int LogTail = 4 << 20;
    private const int LargestFile = 4 << 20;
    private const string UsualLog = "/var/log/cnm-cni.log"; // Where ./bridge up has it, without systemd.

    // Other files there, kubeconfigs for instance, are listed by name alone.
    private static readonly string[] CniExtensions = [".conflist", ".conf", ".json"];

    private static readonly string[] Sysctls =
    [
        "net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv4/conf/all/rp_filter", "net/ipv4/conf/default/rp_filter",
        "net/ipv4/conf/all/route_localnet", "net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables",
        "net/ipv6/conf/all/disable_ipv6", "net/netfilter/nf_conntrack_count", "net/netfilter/nf_conntrack_max",
    ];

    public static IReadOnlyList<ReportPart> Journal(AdapterSettings settings)
    {
        (string Name, string Directory)[] folders =
        [
            ("networks", Path.Combine(settings.StateDirectory, "networks")),
            ("attachments", Path.Combine(settings.StateDirectory, "attachments")),
            ("reservations", Path.Combine(settings.StateDirectory, "reservations")),
            ("present/attachments", Path.Combine(settings.PresentRecords, "attachments")),
            ("present/reservations", Path.Combine(settings.PresentRecords, "reservations")),
        ];
        return [.. folders.SelectMany(folder => FilesOf(folder.Directory).Select(file =>
            Read($"journal/{folder.Name}/{Path.GetFileName(file)}", file)))];
    }

    public static IReadOnlyList<ReportPart> History(AdapterSettings settings)
    {
        // As many of the newest files as a part has room for. The daemon may remove the oldest meanwhile.
        var newestFirst = new List<string>();
        foreach (var (_, path) in HistorySegments.In(settings.HistoryDirectory).Reverse())
        {
            if (newestFirst.Sum(text => (long)text.Length) <= ReportPart.Longest && File.Exists(path))
                newestFirst.Add(File.ReadAllText(path));
        }

        return newestFirst.Count == 0
            ? [ReportPart.Missing("history.jsonl", HistoryFiles.Nothing(settings))]
            : [ReportPart.Of("history.jsonl", string.Concat(Enumerable.Reverse(newestFirst)))];
    }

    public static async Task<IReadOnlyList<ReportPart>> CniAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
        var listing = new StringBuilder($"In force: {found.ConfigurationDirectory} ({found.Reason})\n");
        var parts = new List<ReportPart>();
        foreach (var directory in found.ConfigurationDirectories.Concat(found.PluginDirectories))
        {
            listing.Append(CultureInfo.InvariantCulture, $"\n{directory}:\n");
            foreach (var file in FilesOf(directory))
            {
                var info = new FileInfo(file);
                listing.Append(CultureInfo.InvariantCulture,
                    $"{info.LastWriteTimeUtc:yyyy-MM-ddTHH:mm:ssZ} {info.Length,12} {info.Name} ({info.UnixFileMode})\n");
            }
        }

        foreach (var file in found.ConfigurationDirectories.SelectMany(directory => FilesOf(directory)))
        {
            if (CniExtensions.Contains(Path.GetExtension(file)))
                parts.Add(Read($"cni{file}", file));
        }

        return [ReportPart.Of("cni/files.txt", listing.ToString()), .. parts];
    }

    /// <param name="file">The file that the daemon or a person names; null: none.</param>
    public static IReadOnlyList<ReportPart> Log(string? file)
    {
        var path = file ?? (File.Exists(UsualLog) ? UsualLog : null);
        if (path is null)
            return [ReportPart.Missing("log.txt", "cnm-cni logs to its standard output; name a file with --log-file")];

        using var log = LibC.Open(path);
        var length = LibC.Size(log);
        var start = Math.Max(0, length - LogTail);
        var content = new byte[length - start];
        var text = Encoding.UTF8.GetString(content.AsSpan(0, RandomAccess.Read(log, content, start)));
        return
        [
            start > 0
                ? new ReportPart("log.txt", ReportPart.FromNextLine(text), $"the last {LogTail >> 20} MiB of {path}")
                : new ReportPart("log.txt", text),
        ];
    }

    public static IReadOnlyList<ReportPart> Host() =>
    [
        Read("host/kernel.txt", "/proc/version"),
        Read("host/os-release.txt", "/etc/os-release"),
        ReportPart.Of("host/sysctls.txt", string.Concat(
            Sysctls.Select(name => $"{name.Replace('/', '.')} = {LibC.TryReadText($"/proc/sys/{name}") ?? "(none)"}\n"))),
        ReportPart.Of("host/namespaces.txt", string.Concat(File.ReadLines("/proc/self/mountinfo")
            .Where(line => line.Contains("/netns", StringComparison.Ordinal)).Select(line => line + "\n"))),
    ];

    private static string[] FilesOf(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)] : [];

    // Waits for no pipe.
    private static ReportPart Read(string name, string path)
    {
        try
        {
            using var file = LibC.Open(path);
            var content = new byte[LargestFile];
            var length = 0;
            for (int read; length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0;)
                length += read;

            return ReportPart.Of(name.TrimStart('/'), Encoding.UTF8.GetString(content.AsSpan(0, length)));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return ReportPart.Missing(name, ErrorDescription.OfFile(refused));
        }
    }
}
