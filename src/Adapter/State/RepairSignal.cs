using System.Threading.Channels;

namespace Bridge.Adapter.State;

/// <summary>Wakes the repair loop: something happened that may need repair.</summary>
internal sealed class RepairSignal : WakeUp;

/// <summary>Wakes one loop; many wake-ups while it works count as one.</summary>
internal abstract class WakeUp
{
    private readonly Channel<bool> _signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _signal.Writer.TryWrite(true);

    /// <summary>Returns at the next signal, or when <paramref name="longest"/> has passed.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (_signal.Reader.TryRead(out _))
            return true;

        using var timeout = new CancellationTokenSource(longest, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await _signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // The usual case: the pause ended without a signal.
        }
    }
}
