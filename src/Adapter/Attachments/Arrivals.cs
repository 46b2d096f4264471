using System.Collections.Concurrent;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Follows a link from the host namespace into the sandbox. Before Docker 28 that happens after the last call of `docker run`, so it is
/// noticed by the link's leaving; from 28 on it has happened when ProgramExternalConnectivity comes.
/// </summary>
internal sealed class Arrivals(
    LinkDepartures departures, StagingSandboxes staging, SandboxRuns sandboxRuns, Journal journal, AttachmentGates gates,
    TimeProvider timeProvider, ILogger<Arrivals> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // After the link has left. The call comes milliseconds later.
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(2);

    // Docker sets the default route last, milliseconds after the others.
    private static readonly TimeSpan GatewayPatience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, ExpectedArrival> _expected = new(StringComparer.Ordinal);

    /// <summary>From now on the link may leave at any moment.</summary>
    /// <param name="record">The attachment.</param>
    /// <param name="callFollows">
    /// Docker has the sandbox already: it calls once more when it has finished there. Until then the background does not interfere.
    /// </param>
    public void Expect(AttachmentRecord record, bool callFollows)
    {
        Forget(record.EndpointId);
        var expected = _expected[record.EndpointId] = new ExpectedArrival(record, callFollows);
        expected.Watch = departures.Watch(record.HostInterfaceName, () => _ = FinishInBackgroundAsync(expected));
        if (!IsStill(expected))
            expected.Watch.Dispose(); // It has arrived already.
    }

    /// <summary>Whether Docker sets the endpoint's default route when the link is there. Plugins that move routes come after that.</summary>
    public void SetGateway(string endpointId, bool isGateway)
    {
        if (_expected.TryGetValue(endpointId, out var expected))
            expected.IsGateway = isGateway;
    }

    public void Forget(string endpointId)
    {
        if (_expected.TryRemove(endpointId, out var expected))
            expected.Watch?.Dispose();
    }

    /// <summary>One attempt. The caller holds the endpoint's gate.</summary>
    /// <param name="record">The attachment.</param>
    /// <param name="awaitsGateway">Docker has not finished before it has set the default route; its own calls come after that.</param>
    /// <exception cref="IOException">The kernel refused something that belongs to the link.</exception>
    /// <exception cref="CniException">A plugin that runs in the sandbox said no.</exception>
    public async Task<ArrivalState> TryFinishAsync(AttachmentRecord record, bool awaitsGateway = false)
    {
        if (record.Attach == AttachMode.Sandbox)
        {
            if (StagingSandboxes.IsThere(record.SandboxKey!))
            {
                staging.Name(record.ContainerId, record.SandboxKey!); // As it did, unless mounts have gone with an earlier process.
                staging.SettleDefaultRoutes(record.SandboxKey!, record.Snapshot!);
            }

            return ArrivalState.Arrived; // It was made there.
        }

        // A link that is to be down does not show that Docker has finished with it, once it is down.
        var isFinished = record.RanInSandbox || record is { Snapshot.IsDown: true, SandboxInterfaceName: not null };
        var arrival = staging.TryFinishArrival(
            record.ContainerId, record.HostInterfaceName, record.SandboxKey!, record.Snapshot!, isFinished, awaitsGateway);
        if (arrival.State != ArrivalState.Arrived)
            return arrival.State;

        Forget(record.EndpointId);
        await sandboxRuns.EnterAsync(record, arrival.InterfaceName!);
        logger.Arrived(record.EndpointId, record.SandboxKey!);
        return ArrivalState.Arrived;
    }

    /// <summary>
    /// As <see cref="TryFinishAsync"/>, for when the container cannot be stopped any more: what is wrong is said where people look.
    /// From Docker 28 on ProgramExternalConnectivity tries again, and can stop it.
    /// </summary>
    public async Task<ArrivalState> FinishOrNoteAsync(AttachmentRecord record, bool awaitsGateway = false)
    {
        try
        {
            return await TryFinishAsync(record, awaitsGateway);
        }
        catch (Exception failure) when (failure is IOException or CniException)
        {
            logger.ArrivalFailed(failure, record.EndpointId);
            journal.Attachments.Write(journal.Attachments.Find(record.EndpointId)! with { ArrivalProblem = failure.Message });
            return ArrivalState.Arrived;
        }
    }

    /// <summary>Docker has chosen the gateway of another of the container's networks. The caller holds the endpoint's gate.</summary>
    public void GiveWay(AttachmentRecord record)
    {
        try
        {
            staging.GiveWay(record.SandboxKey!, record.Snapshot!);
        }
        catch (IOException failure)
        {
            logger.ArrivalFailed(failure, record.EndpointId); // Docker's own default route comes before what is left.
        }
    }

    /// <summary>Whether the link is still on its way, as far as is known.</summary>
    public bool IsExpected(string endpointId) => _expected.ContainsKey(endpointId);

    public void Dispose()
    {
        foreach (var endpointId in _expected.Keys)
            Forget(endpointId);
    }

    private async Task FinishInBackgroundAsync(ExpectedArrival expected)
    {
        var record = expected.Record;
        try
        {
            if (expected.CallFollows)
                await Task.Delay(CallPatience, timeProvider, CancellationToken.None);

            var start = timeProvider.GetTimestamp();
            var pause = FirstPause;
            var state = ArrivalState.NotReady;
            while (timeProvider.GetElapsedTime(start) < Patience)
            {
                using (await gates.EnterAsync(record.EndpointId, CancellationToken.None))
                {
                    // Docker may have taken the endpoint back meanwhile, or a call of Docker's has finished it.
                    if (!IsStill(expected) || journal.Attachments.Find(record.EndpointId) is not { Phase: AttachmentPhase.Joined } current)
                        return;

                    state = await FinishOrNoteAsync(current, expected.IsGateway && timeProvider.GetElapsedTime(start) < GatewayPatience);
                }

                if (state is ArrivalState.Arrived)
                    return;

                await Task.Delay(pause, timeProvider, CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            logger.NotArrived(record.EndpointId, record.SandboxKey!, state.ToString());
        }
        catch (Exception failure)
        {
            // Nobody awaits this: without the line the failure would be lost.
            logger.ArrivalFailed(failure, record.EndpointId);
        }
    }

    private bool IsStill(ExpectedArrival expected) => _expected.TryGetValue(expected.Record.EndpointId, out var now) && ReferenceEquals(now, expected);

    /// <param name="Record">The attachment, as it was at Join.</param>
    /// <param name="CallFollows">See <see cref="Expect"/>.</param>
    private sealed record ExpectedArrival(AttachmentRecord Record, bool CallFollows)
    {
        private volatile bool _isGateway;

        public IDisposable? Watch { get; set; }

        public bool IsGateway
        {
            get => _isGateway;
            set => _isGateway = value;
        }
    }
}
