using System.Threading.RateLimiting;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// Limits concurrent calls, because each may start plugin processes. It is the first of three layers, which every call takes in this order,
/// so that they cannot wait for each other: (1) a place in this queue; (2) the gate of its endpoint, or of its reservation, by id (<see
/// cref="State.AttachmentGates"/>): one operation at a time; (3) the lock of its CNI container id (CniInvoker's OperationLocks), which also
/// excludes garbage collection and other processes.
/// </summary>
internal sealed class CallQueue(AdapterSettings settings, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly ConcurrencyLimiter _creating = Limiter(settings.Calls.Running, settings.Calls.Waiting);
    private readonly ConcurrencyLimiter _removing = Limiter(settings.Calls.Running, int.MaxValue);

    /// <summary>Waits for a place, the oldest call first.</summary>
    /// <returns>The place, until it is disposed; null for a call that needs none.</returns>
    /// <exception cref="CnmException">Too many calls wait, or cnm-cni is shutting down.</exception>
    public async Task<IDisposable?> EnterAsync(CallKind kind, CancellationToken cancellationToken) => kind switch
    {
        CallKind.Create => await EnterCreatingAsync(cancellationToken),
        CallKind.Remove => await _removing.AcquireAsync(permitCount: 1, cancellationToken),
        _ => null,
    };

    public void Dispose()
    {
        _creating.Dispose();
        _removing.Dispose();
    }

    private async Task<IDisposable> EnterCreatingAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            throw ShuttingDown();

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        RateLimitLease place;
        try
        {
            place = await _creating.AcquireAsync(permitCount: 1, waiting.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw ShuttingDown();
        }

        if (place.IsAcquired)
            return place;

        place.Dispose();
        throw new CnmException(
            $"too many calls at once: {settings.Calls.Running} calls are running and {settings.Calls.Waiting} are waiting " +
            "(settings calls.running and calls.waiting). Nothing was done. Retry in a moment, or start fewer containers at a time.");
    }

    private static CnmException ShuttingDown() =>
        new("cnm-cni is shutting down and accepts no new requests. Nothing was changed; retry once it is running.");

    private static ConcurrencyLimiter Limiter(int running, int waiting) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = running,
        QueueLimit = waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });
}

/// <summary>What a call does; it decides how the call waits, and whether its deadline cancels it.</summary>
internal enum CallKind
{
    /// <summary>Creates something: waits for a place, is refused when too many wait, and is cancelled at its deadline.</summary>
    Create,

    /// <summary>
    /// Removes something: waits behind calls of its own kind only, and is never refused or cancelled. Docker sends it only once.
    /// </summary>
    Remove,

    /// <summary>Only reads: never waits.</summary>
    Read,
}
