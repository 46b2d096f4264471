using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Control;

/// <summary>
/// `cnm-cni settle`: waits until every removed container is cleaned up. A clean-up that has failed is waited for too: it is retried.
/// </summary>
internal sealed class Settle(Journal journal, DeferredReleases releases, RepairSignal signal, TimeProvider timeProvider)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public async Task<SettleResponse> InvokeAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(Math.Clamp(request.Timeout, 0, Longest.TotalSeconds));
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            while (Pending().Any())
            {
                await releases.WaitAsync(_ => true, either.Token);
                if (!Pending().Any())
                    break;

                signal.Raise(); // Reservations that waited for their attachment.
                await Task.Delay(Pause, timeProvider, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over; the answer says what remains.
        }

        return new SettleResponse([.. Pending().Select(record => record.CleanupError is { } error
            ? $"{record.Text()}: {ErrorDescription.Sentence(error)}"
            : $"{record.Text()}: its clean-up is under way.")]);
    }

    private IEnumerable<PluginRecord> Pending() => journal.PluginRecords.Where(record => record.IsCleanupPending);
}
