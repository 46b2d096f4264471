using System.Diagnostics;
using System.Text;
using CniInvoker;

namespace Bridge.Benchmarks.Invoker;

/// <summary>Plugins through <see cref="Process"/>, as one would write it without further thought: no deadline, no process group.</summary>
internal sealed class ProcessExecutor : IPluginExecutor
{
    public async Task<PluginOutput> ExecuteAsync(PluginRequest request, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(request.Path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in request.Environment)
            start.Environment[name] = value;

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        using var stdout = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(stdout, cancellationToken);
        var stderr = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.BaseStream.WriteAsync(request.Stdin, cancellationToken);
        process.StandardInput.Close();
        await Task.WhenAll(reading, stderr, process.WaitForExitAsync(cancellationToken));
        return new PluginOutput
        {
            ExitCode = process.ExitCode,
            Signal = 0,
            TimedOut = false,
            Stdout = stdout.ToArray(),
            Stderr = await stderr,
            Duration = Stopwatch.GetElapsedTime(started),
        };
    }
}
