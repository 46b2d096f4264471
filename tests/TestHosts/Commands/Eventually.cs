using System.Diagnostics;

namespace Bridge.TestHosts.Commands;

/// <summary>Waits, with a deadline, for what the world offers no event for.</summary>
public static class Eventually
{
    /// <summary>
    /// For what has to come: a bound against waiting for ever, which no machine is too busy for. What comes sooner is not waited for any longer.
    /// </summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until two looks in a row see the same: whoever looks while the world is changing may see half of it.</summary>
    /// <param name="look">Null when there was nothing to be seen just now.</param>
    /// <param name="areSame">Whether two looks saw the same.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<T> AtRestAsync<T>(Func<CancellationToken, Task<T?>> look, Func<T, T, bool> areSame, CancellationToken cancellationToken)
        where T : class
    {
        T? earlier = null;
        while (true)
        {
            var seen = await look(cancellationToken);
            if (seen is not null && earlier is not null && areSame(earlier, seen))
                return seen;

            earlier = seen;
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }
    }

    /// <returns>Whether it came true in time.</returns>
    public static async Task<bool> IsTrueAsync(
        Func<CancellationToken, Task<bool>> condition, TimeSpan within, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition(cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > within)
                return false;

            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }

        return true;
    }
}
