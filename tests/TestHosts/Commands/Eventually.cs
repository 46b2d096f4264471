using System.Diagnostics;

namespace Bridge.TestHosts.Commands;

/// <summary>Waits, with a deadline, for what the world offers no event for.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <returns>Whether it came true in time.</returns>
    public static async Task<bool> IsTrueAsync(
        Func<CancellationToken, Task<bool>> condition, TimeSpan within, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition(cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > within)
            {
                return false;
            }

            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        }

        return true;
    }
}
