using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Runs the administrator's own tools, which only read. One shell for all questions to one source.</summary>
internal sealed class HostShell(TimeProvider timeProvider)
{
    private const int LargestOutput = 64 * 1024 * 1024;

    private readonly HostProgram _programs = new(timeProvider, LargestOutput);

    /// <param name="script">For sh. Lines that begin with <see cref="HostProgram.Mark"/> begin a part of the output, and name it.</param>
    /// <param name="limit">After that it is killed, with all that it has started.</param>
    /// <param name="cancellationToken">The same.</param>
    /// <returns>The parts of its output by name; a part that comes twice is joined.</returns>
    /// <exception cref="CniException">It could not run.</exception>
    /// <exception cref="SourceException">It did not end in time.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(string script, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = await RunAsync(HostProgram.Shell, script, limit, cancellationToken);
        return HostProgram.Parts(output).GroupBy(part => part.Name, part => part.Text, StringComparer.Ordinal)
            .ToDictionary(part => part.Key, part => string.Join('\n', part), StringComparer.Ordinal);
    }

    /// <returns>What the program wrote to its standard output, then to its standard error.</returns>
    /// <inheritdoc cref="RunAsync(string, TimeSpan, CancellationToken)"/>
    public async Task<string> RunAsync(string program, string input, TimeSpan limit, CancellationToken cancellationToken)
    {
        var output = await _programs.RunAsync(program, [], input, HostProgram.Variables(), limit, cancellationToken);
        return output.TimedOut
            ? throw new SourceException($"{Path.GetFileName(program)} did not end within {limit.TotalSeconds} s")
            : Encoding.UTF8.GetString(output.Stdout.Span) + output.Stderr;
    }
}
