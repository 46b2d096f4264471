using System.Threading.RateLimiting;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// So many calls at once and no more: each may run plugins, which are processes. A call takes its place before it takes its endpoint's gate,
/// and whoever holds a gate needs no other place, so places and gates cannot wait for each other.
/// </summary>
internal sealed class CallQueue(AdapterSettings settings, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly ConcurrencyLimiter _making = Limiter(settings.Calls.Running, settings.Calls.Waiting);
    private readonly ConcurrencyLimiter _undoing = Limiter(settings.Calls.Running, int.MaxValue);

    /// <summary>Waits for a place, the oldest call first.</summary>
    /// <returns>The place, until it is disposed; null for a call that needs none.</returns>
    /// <exception cref="CnmException">Too many wait, or the daemon is stopping: nothing new is made.</exception>
    public async Task<IDisposable?> EnterAsync(CallKind lane, CancellationToken cancellationToken) => lane switch
    {
        CallKind.Create => await EnterMakingAsync(cancellationToken),
        CallKind.Remove => await _undoing.AcquireAsync(permitCount: 1, cancellationToken),
        _ => null,
    };

    public void Dispose()
    {
        _making.Dispose();
        _undoing.Dispose();
    }

    private async Task<IDisposable> EnterMakingAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            throw Stopping();

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        RateLimitLease place;
        try
        {
            place = await _making.AcquireAsync(permitCount: 1, waiting.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw Stopping();
        }

        if (place.IsAcquired)
            return place;

        place.Dispose();
        throw new CnmException(
            $"too much at once: {settings.Calls.Running} calls are being worked on and {settings.Calls.Waiting} wait (calls.running and calls.waiting in the bridge's settings). " +
            "Nothing was done. Try again in a moment, or start fewer containers at a time.");
    }

    private static CnmException Stopping() =>
        new("cnm-cni is stopping, and begins nothing new. Nothing was done. Try again when it has started.");

    private static ConcurrencyLimiter Limiter(int running, int waiting) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = running,
        QueueLimit = waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });
}

/// <summary>Which calls a call waits behind when there are too many.</summary>
internal enum CallKind
{
    /// <summary>Makes something: waits, is refused when too many wait, and is given up at its deadline.</summary>
    Create,

    /// <summary>Undoes something: waits behind its own kind only, and is never refused or given up. What Docker asks for here, it asks once.</summary>
    Remove,

    /// <summary>Only looks: never waits.</summary>
    Read,
}
