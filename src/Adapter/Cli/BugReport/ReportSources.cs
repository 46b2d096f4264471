using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Redaction;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary>Everything that a bug report asks. docs/history.md lists the parts.</summary>
/// <param name="settings">Where things are.</param>
/// <param name="logFile">The log file that a person names; null: the daemon's.</param>
/// <param name="program">Its own path, for the commands that it runs; null: unknown.</param>
internal sealed class ReportSources(AdapterSettings settings, string? logFile, string? program)
{
    private const string JournalLines = "20000";
    private static readonly TimeSpan DockerPatience = TimeSpan.FromSeconds(5);

    public IReadOnlyList<ReportSource> All =>
    [
        new("status.json", StatusAsync),
        Command("doctor.json", "doctor", "--json"),
        Command("networks.json", "networks", "--json"),
        new("metrics.txt", async cancellationToken =>
        {
            using var daemon = new ControlClient(settings.Socket);
            return [ReportPart.Of("metrics.txt", await daemon.MetricsAsync(cancellationToken))];
        }),
        Files("settings.yaml", () => [InForce]),
        Files("journal", () => ReportFiles.Journal(settings)),
        Files("history.jsonl", () => ReportFiles.History(settings)),
        new("log.txt", async cancellationToken => ReportFiles.Log(logFile ?? await LogFileAsync(cancellationToken))),
        Directory.Exists("/run/systemd/system")
            ? HostTool.Source("journald.txt", "journalctl", "-u", "cnm-cni", "-n", JournalLines, "--no-pager", "-o", "short-iso-precise")
            : Files("journald.txt", () => [ReportPart.Missing("journald.txt", "systemd does not run here")]),
        Files("host", ReportFiles.Host),
        new("versions.txt", VersionsAsync) { Patience = TimeSpan.FromMinutes(1) }, // Many programs, one after the other.
        new("cni", cancellationToken => ReportFiles.CniAsync(settings, cancellationToken)),
        Docker("version"), Docker("info"), Docker("networks"), Docker("containers/json?all=1"),
        HostTool.Source("firewall/iptables.txt", "iptables-save"),
        HostTool.Source("firewall/ip6tables.txt", "ip6tables-save"),
        HostTool.Source("firewall/nftables.txt", "nft", "list", "ruleset"),
        HostTool.Source("network/links.txt", "ip", "-details", "link"),
        HostTool.Source("network/addresses.txt", "ip", "address"),
        HostTool.Source("network/routes.txt", "ip", "-4", "route", "show", "table", "all"),
        HostTool.Source("network/routes6.txt", "ip", "-6", "route", "show", "table", "all"),
        HostTool.Source("network/rules.txt", "ip", "-4", "rule"),
        HostTool.Source("network/rules6.txt", "ip", "-6", "rule"),
        HostTool.Source("network/neighbours.txt", "ip", "neighbour"),
        HostTool.Source("network/bridges.txt", "bridge", "-details", "link"),
    ];

    private ReportPart InForce => ReportPart.Of("settings.yaml", SettingsTable.ToYaml(WithoutVariables())) with
    {
        Problem = SettingsProblem is { } problem ? $"the defaults, because the file is not understood: {problem}" : null,
    };

    // Its variables may be secrets of any form; their names tell enough.
    private AdapterSettings WithoutVariables() => settings with
    {
        PluginEnvironment = settings.PluginEnvironment.ToDictionary(variable => variable.Key, _ => Redactor.Mark),
    };

    private static ReportSource Files(string name, Func<IReadOnlyList<ReportPart>> read) => new(name, _ => Task.FromResult(read()));

    // In a process of its own: it may hang or fail, and an older program may not have it.
    private ReportSource Command(string name, params string[] arguments) => new(name, async cancellationToken => program is null
        ? [ReportPart.Missing(name, "the path of this program is unknown")]
        : [await HostTool.RunAsync(name, program, [.. arguments, .. Config()], cancellationToken)]);

    private string[] Config() => ConfigFile is { } file ? ["--config", file] : [];

    /// <summary>Why the settings file cannot be understood, so that the defaults stand in for it; null: it can.</summary>
    public string? SettingsProblem { get; init; }

    /// <summary>The settings file that was named; null: the usual one.</summary>
    public string? ConfigFile { get; init; }

    private async Task<IReadOnlyList<ReportPart>> StatusAsync(CancellationToken cancellationToken)
    {
        using var daemon = new ControlClient(settings.Socket);
        var status = await daemon.StatusAsync(cancellationToken);
        var text = new StringWriter();
        StatusReport.Write(status, json: false, TimeProvider.System.GetUtcNow(), text);
        return
        [
            ReportPart.Of("status.json", JsonSerializer.Serialize(status, ControlJson.Default.StatusResponse)),
            ReportPart.Of("status.txt", text.ToString()),
        ];
    }

    private async Task<string?> LogFileAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var daemon = new ControlClient(settings.Socket);
            return (await daemon.StatusAsync(cancellationToken)).LogFile;
        }
        catch (ControlException)
        {
            return null;
        }
    }

    private ReportSource Docker(string question)
    {
        var name = $"docker/{question.Split('/', '?')[0]}.json";
        return new(name, async cancellationToken =>
        {
            using var http = new HttpClient(UnixSocketHttp.Handler(settings.DockerSocket))
            {
                BaseAddress = new Uri("http://docker"), Timeout = DockerPatience,
            };
            try
            {
                return [ReportPart.Of(name, await http.GetStringAsync(question, cancellationToken))];
            }
            catch (HttpRequestException silence)
            {
                var reason = UnixSocketHttp.Reason(silence, settings.DockerSocket);
                return [ReportPart.Missing(name, $"Docker at {settings.DockerSocket}: {reason}")];
            }
        });
    }

    private async Task<IReadOnlyList<ReportPart>> VersionsAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder($"cnm-cni {ProgramVersion.Number} (commit {ProgramVersion.Commit ?? "unknown"})\n");
        foreach (var tool in (string[])["dockerd", "containerd", "runc", "iptables", "nft", "ip"])
        {
            var flag = tool == "ip" ? "-V" : "--version";
            foreach (var part in await HostTool.Source(tool, tool, flag).TryReadAsync(cancellationToken))
                text.Append(CultureInfo.InvariantCulture, $"{tool}: {(part.Text ?? part.Problem ?? "").ReplaceLineEndings(" ").Trim()}\n");
        }

        // The stock plugins print their version when they are run without CNI_COMMAND; of others that is unknown.
        var found = await DirectoryLookup.FindAsync(settings, cancellationToken);
        foreach (var type in StockPlugins.Makers.Concat(StockPlugins.Helpers).Append("host-local").Append("static"))
        {
            if (found.PluginDirectories.Select(directory => Path.Combine(directory, type)).FirstOrDefault(File.Exists) is { } path)
            {
                var part = await HostTool.RunAsync(type, path, [], cancellationToken);
                text.Append(CultureInfo.InvariantCulture, $"{path}: {(part.Text ?? part.Problem ?? "").ReplaceLineEndings(" ").Trim()}\n");
            }
        }

        return [ReportPart.Of("versions.txt", text.ToString())];
    }
}
