using System.Diagnostics;

namespace Bridge.TestHosts.Commands;

/// <summary>Runs a program to its end and keeps its output.</summary>
internal static class Command
{
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        using var process = Start(commandLine);
        var started = Stopwatch.GetTimestamp();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            process.StandardInput.Close();
            await Task.WhenAll(output, error, process.WaitForExitAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new OperationCanceledException(
                $"`{string.Join(' ', commandLine)}` was still running and was stopped.", cancellationToken);
        }

        return new CommandResult(
            string.Join(' ', commandLine), process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Starts a program with all three standard streams redirected.</summary>
    public static Process Start(IReadOnlyList<string> commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in commandLine.Skip(1))
            start.ArgumentList.Add(argument);

        return Process.Start(start) ?? throw new InvalidOperationException($"{commandLine[0]} did not start.");
    }
}
