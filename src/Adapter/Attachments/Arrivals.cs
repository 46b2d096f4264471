using System.Collections.Concurrent;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Follows a link from the host namespace into the sandbox. Before Docker 28 that happens after the last call of `docker run`, so it is noticed by the
/// link's leaving; from 28 on it has happened when ProgramExternalConnectivity comes.
/// </summary>
internal sealed class Arrivals(
    LinkDepartures departures, StagingSandboxes staging, Journal journal, AttachmentGates gates, TimeProvider timeProvider, ILogger<Arrivals> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, IDisposable> _expected = new(StringComparer.Ordinal);

    /// <summary>From now on the link may leave at any moment.</summary>
    public void Expect(AttachmentRecord record)
    {
        Forget(record.EndpointId);
        _expected[record.EndpointId] = departures.Watch(record.HostInterfaceName, () => _ = FinishInBackgroundAsync(record));
    }

    public void Forget(string endpointId)
    {
        if (_expected.TryRemove(endpointId, out var watch))
        {
            watch.Dispose();
        }
    }

    /// <summary>One attempt. The caller holds the endpoint's gate.</summary>
    public ArrivalState TryFinish(AttachmentRecord record)
    {
        var state = staging.TryFinishArrival(record.EndpointId, record.HostInterfaceName, record.SandboxKey!, record.Snapshot!);
        if (state == ArrivalState.Arrived && _expected.ContainsKey(record.EndpointId))
        {
            Forget(record.EndpointId);
            logger.Arrived(record.EndpointId, record.SandboxKey!);
        }

        return state;
    }

    public void Dispose()
    {
        foreach (var endpointId in _expected.Keys)
        {
            Forget(endpointId);
        }
    }

    private async Task FinishInBackgroundAsync(AttachmentRecord record)
    {
        try
        {
            var start = timeProvider.GetTimestamp();
            var pause = FirstPause;
            var state = ArrivalState.NotReady;
            while (timeProvider.GetElapsedTime(start) < Patience)
            {
                using (await gates.EnterAsync(record.EndpointId, CancellationToken.None))
                {
                    // Docker may have taken the endpoint back meanwhile; then its link is none of ours to look for.
                    if (journal.Attachments.Find(record.EndpointId) is not { Phase: AttachmentPhase.Joined } current || current.SandboxKey != record.SandboxKey)
                    {
                        return;
                    }

                    state = TryFinish(current);
                }

                if (state is ArrivalState.Arrived)
                {
                    return;
                }

                await Task.Delay(pause, timeProvider, CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            logger.NotArrived(record.EndpointId, record.SandboxKey!, state.ToString());
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Nobody awaits this: without the line the failure would be lost.
            logger.ArrivalFailed(failure, record.EndpointId);
        }
    }
}
