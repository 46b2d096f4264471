using System.Diagnostics;

namespace Bridge.Testing;

/// <summary>Waits, with a bound that only a broken machine reaches, for what no event reports.</summary>
internal static class Eventually
{
    internal static TimeSpan Bound { get; } = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <exception cref="TimeoutException">The file does not exist within <see cref="Bound"/>.</exception>
    internal static Task FileAsync(string path) => TrueAsync(() => File.Exists(path), $"{path} exists");

    /// <exception cref="TimeoutException">The condition does not come true within <see cref="Bound"/>.</exception>
    internal static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(_ => Task.FromResult(condition()), what, CancellationToken.None);

    /// <exception cref="TimeoutException">The condition does not come true within <see cref="Bound"/>.</exception>
    internal static async Task TrueAsync(Func<CancellationToken, Task<bool>> condition, string what, CancellationToken cancellationToken)
    {
        if (!await IsTrueAsync(condition, Bound, cancellationToken))
            throw new TimeoutException($"Not true within {Bound.TotalSeconds} s: {what}.");
    }

    /// <returns>Whether the condition comes true within <see cref="Bound"/>.</returns>
    internal static Task<bool> IsTrueAsync(Func<CancellationToken, Task<bool>> condition, CancellationToken cancellationToken) =>
        IsTrueAsync(condition, Bound, cancellationToken);

    /// <returns>Whether the condition comes true in time.</returns>
    internal static async Task<bool> IsTrueAsync(
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

    /// <summary>Reads until two readings in a row are the same: a reading that is taken during a change may show half of it.</summary>
    /// <param name="read">Returns null when it could not read just now.</param>
    /// <param name="areSame">Compares two readings.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal static async Task<T> AtRestAsync<T>(
        Func<CancellationToken, Task<T?>> read, Func<T, T, bool> areSame, CancellationToken cancellationToken)
        where T : class
    {
        T? earlier = null;
        while (true)
        {
            var current = await read(cancellationToken);
            if (current is not null && earlier is not null && areSame(earlier, current))
                return current;

            earlier = current;
            await Task.Delay(2 * Interval, TimeProvider.System, cancellationToken);
        }
    }
}
