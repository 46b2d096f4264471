using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary>Programs of the host that only show something.</summary>
internal static class HostTool
{
    private const int MostOutput = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15); // Less than a source has: then its error is the better one.

    /// <summary>A source of one part: what a program prints.</summary>
    public static ReportSource Source(string name, string tool, params string[] arguments) => new(name, async cancellationToken =>
        HostProgram.Find(tool, SearchPath) is { } path
            ? [await RunAsync(name, path, arguments, cancellationToken)]
            : [ReportPart.Missing(name, $"{tool} is not installed")]);

    public static async Task<ReportPart> RunAsync(string name, string path, string[] arguments, CancellationToken cancellationToken)
    {
        var tool = Path.GetFileName(path);
        try
        {
            var output = await new HostProgram(TimeProvider.System, MostOutput)
                .RunAsync(path, arguments, "", HostProgram.Variables(SearchPath), Patience, cancellationToken);
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
        Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? $"{path}:{HostProgram.UsualPath}" : HostProgram.UsualPath;

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
