using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Runs the administrator's own tools, which only read. One shell for all questions to one source.</summary>
internal sealed class HostShell(TimeProvider timeProvider)
{
    public const string Mark = "== ";
    private const int LargestOutput = 64 * 1024 * 1024;

    private readonly PluginProcess _process = new(timeProvider, LargestOutput);

    /// <param name="script">For sh. A line that begins with <see cref="Mark"/> begins a part of the output, and names it.</param>
    /// <param name="limit">After that it is killed, with all that it has started.</param>
    /// <param name="cancellationToken">The same.</param>
    /// <returns>The parts of its output by name; a part that comes twice is joined.</returns>
    /// <exception cref="CniException">It could not run.</exception>
    /// <exception cref="SourceException">It did not end in time.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(string script, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = await RunAsync("/bin/sh", script, limit, cancellationToken);
        return $"\n{output}".Split($"\n{Mark}").Skip(1)
            .Select(part => part.Split('\n', 2))
            .GroupBy(part => part[0], part => part.ElementAtOrDefault(1) ?? "", StringComparer.Ordinal)
            .ToDictionary(part => part.Key, part => string.Join('\n', part), StringComparer.Ordinal);
    }

    /// <returns>What the program wrote to its standard output, then to its standard error.</returns>
    /// <inheritdoc cref="RunAsync(string, TimeSpan, CancellationToken)"/>
    public async Task<string> RunAsync(string program, string input, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = await _process.ExecuteAsync(new PluginRequest
        {
            Path = program,
            PluginType = Path.GetFileName(program),
            Operation = CniOperation.Version,
            NetworkName = "",
            ContainerId = "",
            Stdin = Encoding.UTF8.GetBytes(input),
            Environment = [new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), new("LC_ALL", "C")],
            Deadline = limit,
            TerminationGrace = TimeSpan.Zero,
        }, cancellationToken);
        return output.TimedOut
            ? throw new SourceException($"{Path.GetFileName(program)} did not end within {limit.TotalSeconds} s")
            : Encoding.UTF8.GetString(output.Stdout.Span) + output.Stderr;
    }
}
