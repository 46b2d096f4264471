using System.CommandLine;
using System.Globalization;
using System.Text;
using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Settings;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary><c>cnm-cni bugreport</c>.</summary>
internal static class BugReportCommand
{
    private const string Contents = "contents.txt";

    private static readonly Option<string?> OutputFile = new("--output", "-o")
    {
        Description = "The archive. An existing file is not overwritten. Without it: cnm-cni-bugreport-TIME.tar.gz in the current " +
            "directory.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> LogFile = new("--log-file")
    {
        Description = "The daemon's log file, where it is not running and has written to another one than /var/log/cnm-cni.log.",
        HelpName = "FILE",
    };

    public static Command Build()
    {
        var command = new Command("bugreport",
            "Pack status, settings, journal, history, log, versions, CNI files, firewall and links into a tar.gz, without secrets. Also " +
            "while cnm-cni is stopped.")
        {
            OutputFile, LogFile, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var name = $"cnm-cni-bugreport-{now.ToString("yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture)}";
            var path = Path.GetFullPath(parsed.GetValue(OutputFile) is { Length: > 0 } given ? given : $"{name}.tar.gz");
            var read = SettingsReading.Load(parsed.GetValue(Config)); // A report is needed most where something is wrong.
            var settings = read.Settings;
            var sources = new ReportSources(settings, parsed.GetValue(LogFile), Program(settings))
            {
                SettingsProblem = read.Problem,
                // A file of the container has no path any more.
                ConfigFile = settings.PluginRoot is null && parsed.GetValue(Config) is { } file ? Path.GetFullPath(file) : null,
            };
            using var archive = Create(path);
            try
            {
                var parts = await PartsAsync(sources, settings, cancellationToken);
                ReportArchive.Write(archive, name, parts, now);
                await archive.FlushAsync(cancellationToken);
                Write(parts, path, archive.Length, parsed.InvocationConfiguration.Output);
                return ExitCodes.Success;
            }
            catch (Exception failure)
            {
                File.Delete(path);
                if (failure is IOException)
                    throw NotWritable(path, failure);

                throw;
            }
        });
        return command;
    }

    // Not the program that has loaded this one as a library. In a container its file has no path below the host's root directory, and
    // starts there with the host's C library.
    private static string? Program(AdapterSettings settings) => settings.PluginRoot is not null ? "/proc/self/exe"
        : Environment.ProcessPath is { } path && Path.GetFileName(path).StartsWith("cnm-cni", StringComparison.Ordinal) ? path : null;

    private static async Task<IReadOnlyList<ReportPart>> PartsAsync(
        ReportSources sources, AdapterSettings settings, CancellationToken cancellationToken)
    {
        var read = await Task.WhenAll(sources.All.Select(source => source.TryReadAsync(cancellationToken)));
        var parts = ReportArchive.WithoutSecrets([.. read.SelectMany(some => some)], settings.PluginEnvironment.Values);
        var contents = new StringWriter();
        WriteContents(parts, contents);
        return [.. parts, ReportPart.Of(Contents, contents.ToString())];
    }

    private static FileStream Create(string path)
    {
        try
        {
            return ReportArchive.Create(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw File.Exists(path)
                ? new ControlException($"{path} exists already and is not overwritten. Name another file with --output.", refused)
                : NotWritable(path, refused);
        }
    }

    private static ControlException NotWritable(string path, Exception refused) =>
        new($"{path} cannot be written: {ErrorDescription.OfFile(refused)}", refused);

    private static void Write(IReadOnlyList<ReportPart> parts, string path, long length, TextWriter output)
    {
        WriteContents(parts, output);
        output.WriteLine();
        output.WriteLine($"{path} ({Size(length)}) has addresses, names and configurations of this host, and no secrets that " +
            "cnm-cni recognizes. Look through it before you pass it on.");
    }

    private static void WriteContents(IReadOnlyList<ReportPart> parts, TextWriter output)
    {
        var table = new TextTable("FILE", "SIZE", "REMARK");
        foreach (var part in parts.Where(part => part.Text is not null))
            table.Add(part.Name, Size(Encoding.UTF8.GetByteCount(part.Text!)), part.Problem);

        table.WriteTo(output);
        var missing = parts.Where(part => part.Text is null).ToArray();
        if (missing.Length == 0)
            return;

        output.WriteLine();
        output.WriteLine("Not in it:");
        foreach (var part in missing)
            output.WriteLine($"  {part.Name}: {part.Problem!.ReplaceLineEndings(" ").Trim()}");
    }

    private static string Size(long bytes) => bytes < 10 << 10 ? $"{bytes} B" : $"{bytes >> 10} KiB";
}
