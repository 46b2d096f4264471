namespace Bridge.Adapter.Doctor.Readings;

/// <summary>What a source of the host has shown, or why it has not.</summary>
/// <param name="Value">Null where it was not read.</param>
/// <param name="WhyNot">Why, as a clause that begins with a small letter or a name; null where it was read.</param>
internal readonly record struct Reading<T>(T? Value, string? WhyNot)
    where T : class
{
    public static Reading<T> Of(T value) => new(value, null);

    public static Reading<T> Not(string why) => new(null, why);
}

/// <summary>Reads sources, each within a limit of time: a disk, a daemon or a tool may hang.</summary>
internal static class TimedReading
{
    /// <param name="source">Its name, which begins the reason where it does not answer.</param>
    /// <param name="limit">The longest time.</param>
    /// <param name="read">Reads it. Throws what a source of this kind throws when it refuses.</param>
    /// <param name="cancellationToken">Ends the diagnosis.</param>
    public static async Task<Reading<T>> OfAsync<T>(
        string source, TimeSpan limit, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(limit);
        var token = bounded.Token;
        try
        {
            // On a thread of its own: the pool has few at the start. A system call that hangs is left behind with it.
            var reading = Task.Factory.StartNew(
                () => read(token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            return Reading<T>.Of(await reading.WaitAsync(token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Reading<T>.Not($"{source} did not answer within {limit.TotalSeconds} s");
        }
        catch (Exception refused) when (refused is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: a source that is odd beyond what its reader expects must not hide the others.
            return Reading<T>.Not(ErrorDescription.OfFile(refused).TrimEnd('.'));
        }
    }
}

/// <summary>A source is not there, or cannot be read. The message is the reason, as a clause.</summary>
internal sealed class SourceException(string message) : Exception(message);
