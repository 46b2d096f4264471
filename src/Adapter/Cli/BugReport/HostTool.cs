using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary>Programs of the host that only show something.</summary>
internal static class HostTool
{
    // For a report without a login shell's PATH.
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const int MostOutput = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A source of one part: what a program prints.</summary>
    public static ReportSource Source(string name, string tool, params string[] arguments) => new(name, async cancellationToken =>
        Find(tool) is { } path
            ? [await RunAsync(name, path, arguments, cancellationToken)]
            : [ReportPart.Missing(name, $"{tool} is not installed")]);

    public static async Task<ReportPart> RunAsync(string name, string path, string[] arguments, CancellationToken cancellationToken)
    {
        var tool = Path.GetFileName(path);
        var request = new PluginRequest
        {
            Path = path,
            Arguments = arguments,
            PluginType = tool,
            Operation = CniOperation.Status,
            NetworkName = "",
            ContainerId = "",
            Stdin = ReadOnlyMemory<byte>.Empty,
            Environment = [new("PATH", SearchPath), new("LC_ALL", "C")],
            Deadline = Patience,
            TerminationGrace = TimeSpan.Zero,
        };
        try
        {
            var output = await new PluginProcess(TimeProvider.System, MostOutput).ExecuteAsync(request, cancellationToken);
            var text = Encoding.UTF8.GetString(output.Stdout.Span);
            return output switch
            {
                { TimedOut: true } => ReportPart.Missing(name, $"{tool} did not answer within {Patience.TotalSeconds:0} s"),
                { ExitCode: 0, Signal: 0 } => ReportPart.Of(name, text + output.Stderr),
                _ when text.Length > 0 => ReportPart.Of(name, text + output.Stderr), // Such as `doctor`, whose exit code is its verdict.
                _ => ReportPart.Missing(name, $"{tool} failed: {OneLine(output.Stderr)}"),
            };
        }
        catch (CniException failed)
        {
            return ReportPart.Missing(name, $"{tool} failed: {OneLine(failed.Msg)}");
        }
    }

    private static string SearchPath =>
        Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? $"{path}:{UsualPath}" : UsualPath;

    private static string? Find(string tool) => SearchPath.Split(':').Where(Path.IsPathFullyQualified)
        .Select(directory => Path.Combine(directory, tool)).FirstOrDefault(File.Exists);

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
