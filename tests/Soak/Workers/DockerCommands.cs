using Bridge.Soak.Totals;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Soak.Workers;

/// <summary>docker commands that may fail, but not hang.</summary>
internal sealed class DockerCommands(TestHost host, CommandTotals totals, CommandStarts starts, EventLog events, TimeProvider timeProvider)
{
    /// <param name="kind">Under which it is counted, such as "docker run".</param>
    /// <param name="arguments">What follows "docker".</param>
    /// <param name="cancellationToken">Gives it up; it is not counted then.</param>
    /// <returns>Null when it was given up because it took too long.</returns>
    public async Task<CommandResult?> RunAsync(string kind, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var command = $"docker {string.Join(' ', arguments)}";
        events.Write($"begin  {command}");
        var started = timeProvider.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience.GivenUp, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var running = host.DockerAsync(arguments, either.Token);
            starts.Raise();
            var result = await running;
            totals.Ended(kind, command, timeProvider.GetElapsedTime(started), result.Succeeded, result.StandardError);
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            totals.Ended(kind, command, timeProvider.GetElapsedTime(started), succeeded: false, "given up");
            return null;
        }
    }
}
