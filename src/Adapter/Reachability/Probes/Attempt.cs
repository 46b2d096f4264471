using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;

namespace Bridge.Adapter.Reachability.Probes;

/// <summary>The outcome of one probe.</summary>
/// <param name="Problem">Why nothing was reached; null when it was.</param>
/// <param name="Time">How long the successful try took.</param>
internal sealed record Attempt(string? Problem, TimeSpan Time)
{
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsReached => Problem is null;

    public static Attempt Failed(string problem) => new(problem, TimeSpan.Zero);
}

/// <summary>
/// Repeats a try, because the first moments of a container are no verdict: an IPv6 address may still be checked for duplicates, and a
/// plugin of a cluster may program its rules after ADD.
/// </summary>
internal sealed class Patience(TimeProvider timeProvider)
{
    /// <summary>A lost first packet is sent again after a second (tcp(7)), so a try takes longer than that.</summary>
    private static readonly TimeSpan OfTry = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan OfAll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>What a proxy does that reaches nobody behind it.</summary>
    public const string Closed = "the connection was closed";

    /// <param name="attempt">Returns what is wrong, or null; or fails with a <see cref="SocketException"/>; or is cancelled.</param>
    /// <param name="cancellationToken">Ends all tries.</param>
    public async Task<Attempt> TryAsync(Func<CancellationToken, Task<string?>> attempt, CancellationToken cancellationToken)
    {
        var begin = timeProvider.GetTimestamp();
        while (true)
        {
            var start = timeProvider.GetTimestamp();
            if (await OnceAsync(attempt, cancellationToken) is not { } problem)
                return new Attempt(null, timeProvider.GetElapsedTime(start));

            if (timeProvider.GetElapsedTime(begin) >= OfAll)
                return Attempt.Failed(problem);

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }

    private async Task<string?> OnceAsync(Func<CancellationToken, Task<string?>> attempt, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(OfTry, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await attempt(bounded.Token);
        }
        catch (SocketException failure)
        {
            return Reason(failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer";
        }
    }

    private static string Reason(SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.ConnectionReset => Closed,
        SocketError.HostUnreachable or SocketError.HostDown => "no route to the host, or nobody there",
        SocketError.NetworkUnreachable => "no route",
        SocketError.AccessDenied => "forbidden by a firewall",
        _ => failure.Message,
    };
}
