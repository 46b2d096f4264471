using System.Collections.Concurrent;
using System.Diagnostics;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Follows a link from the host namespace into the sandbox. Before Docker 28 the link arrives after the last call of `docker run`, so its
/// departure from the host namespace is the only signal; from 28 on it has arrived when ProgramExternalConnectivity comes.
/// </summary>
internal sealed class Arrivals(
    LinkDepartures departures, StagingSandboxes staging, SandboxRuns sandboxRuns, Journal journal, AttachmentGates gates,
    Traces traces, TimeProvider timeProvider, ILogger<Arrivals> logger) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // How long the background leaves a departed link to the call that follows within milliseconds.
    private static readonly TimeSpan CallDelay = TimeSpan.FromSeconds(2);

    // Docker sets the default route last, milliseconds after the other routes.
    private static readonly TimeSpan GatewayTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, ExpectedArrival> _expected = new(StringComparer.Ordinal);

    /// <summary>Watches the link, which may leave the host namespace at any moment.</summary>
    /// <param name="record">The attachment.</param>
    /// <param name="callFollows">Docker calls once more after it has moved the link; the background waits for that call first.</param>
    public void Expect(AttachmentRecord record, bool callFollows)
    {
        Cancel(record.EndpointId);
        var expected = _expected[record.EndpointId] = new ExpectedArrival(record, callFollows, Traces.Here);
        expected.Watch = departures.Watch(record.HostInterfaceName, () => _ = FinishInBackgroundAsync(expected));
        if (!IsCurrent(expected))
            expected.Watch.Dispose(); // It has arrived already.
    }

    /// <summary>Whether Docker sets the endpoint's default route on arrival. Plugins that move routes must run after that.</summary>
    public void SetGateway(string endpointId, bool isGateway)
    {
        if (_expected.TryGetValue(endpointId, out var expected))
            expected.IsGateway = isGateway;
    }

    /// <summary>Stops watching the link.</summary>
    public void Cancel(string endpointId)
    {
        if (_expected.TryRemove(endpointId, out var expected))
            expected.Watch?.Dispose();
    }

    /// <summary>One attempt. The caller holds the endpoint's gate.</summary>
    /// <param name="record">The attachment.</param>
    /// <param name="awaitsGateway">Docker has not set its default route yet. Docker's own calls come after it has.</param>
    /// <exception cref="IOException">The kernel refused a setting of the link.</exception>
    /// <exception cref="CniException">A plugin that runs in the sandbox failed.</exception>
    public async Task<ArrivalState> TryFinishAsync(AttachmentRecord record, bool awaitsGateway = false)
    {
        if (record.Attach == AttachMode.Sandbox)
        {
            if (Sandbox.Exists(record.SandboxKey!))
            {
                staging.KeepSandbox(record.ContainerId, record.SandboxKey!);
                staging.SettleDefaultRoutes(record.SandboxKey!, record.Snapshot!, record.OwnDefaultRoutes());
            }

            return ArrivalState.Arrived; // The plugins made it in the sandbox.
        }

        // A link that stays down does not show that Docker has finished with it.
        var isFinished = record.RanInSandbox || record is { Snapshot.IsDown: true, SandboxInterfaceName: not null };
        var arrival = staging.TryFinishArrival(
            record.ContainerId, record.HostInterfaceName, record.SandboxKey!, record.Snapshot!, record.OwnDefaultRoutes(), isFinished,
            awaitsGateway);
        if (arrival.State != ArrivalState.Arrived)
            return arrival.State;

        Cancel(record.EndpointId);
        await sandboxRuns.EnterAsync(record, arrival.InterfaceName!);
        RequireName(record, arrival.InterfaceName!);
        logger.Arrived(record.EndpointId, record.SandboxKey!);
        return ArrivalState.Arrived;
    }

    // An older Docker in place of the one whose version cnm-cni knows, say.
    private static void RequireName(AttachmentRecord record, string ifname)
    {
        if (record is { RequestedInterfaceName: { } wanted, SandboxInterfaceName: null } && ifname != wanted)
        {
            throw new IOException(
                $"Docker named the interface {ifname}, and not {wanted} as endpoint option {InterfaceNames.NameOption} requests: that " +
                "needs Docker 29.8 or newer. Omit the option, or start the container again if Docker was exchanged a moment ago");
        }
    }

    /// <summary>
    /// As <see cref="TryFinishAsync"/>, for calls that can no longer stop the container: a failure is logged and shown by `cnm-cni status`.
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
            staging.GiveWay(record.SandboxKey!, record.Snapshot!, record.OwnDefaultRoutes());
        }
        catch (IOException failure)
        {
            logger.ArrivalFailed(failure, record.EndpointId); // Docker's own default route has a better metric than the remaining ones.
        }
    }

    /// <summary>Whether the link has not arrived yet, as far as is known.</summary>
    public bool IsExpected(string endpointId) => _expected.ContainsKey(endpointId);

    public void Dispose()
    {
        foreach (var endpointId in _expected.Keys)
            Cancel(endpointId);
    }

    private async Task FinishInBackgroundAsync(ExpectedArrival expected)
    {
        var record = expected.Record;
        try
        {
            if (expected.CallFollows)
                await Task.Delay(CallDelay, timeProvider, CancellationToken.None);

            if (!IsCurrent(expected))
                return; // A call has finished the arrival.

            using var span = traces.BeginBackground("arrival", expected.Cause).With(Span.EndpointId, record.EndpointId)
                .With(Span.CniNetwork, record.CniNetwork).With(Span.Sandbox, record.SandboxKey);
            var start = timeProvider.GetTimestamp();
            var pause = FirstPause;
            var state = ArrivalState.NotReady;
            while (timeProvider.GetElapsedTime(start) < Timeout)
            {
                using (await gates.EnterAsync(record.EndpointId, CancellationToken.None))
                {
                    // Docker may have removed the endpoint meanwhile, or one of its calls has finished the arrival.
                    if (!IsCurrent(expected)
                        || journal.Attachments.Find(record.EndpointId) is not { Phase: AttachmentPhase.Joined } current)
                        return;

                    state = await FinishOrNoteAsync(current, expected.IsGateway && timeProvider.GetElapsedTime(start) < GatewayTimeout);
                }

                if (state is ArrivalState.Arrived)
                    return;

                await Task.Delay(pause, timeProvider, CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            span.Fail("the link did not arrive");
            logger.NotArrived(record.EndpointId, record.SandboxKey!, state.ToString());
        }
        catch (Exception failure)
        {
            logger.ArrivalFailed(failure, record.EndpointId); // No caller awaits this task: the log is the only place for the failure.
        }
    }

    private bool IsCurrent(ExpectedArrival expected) =>
        _expected.TryGetValue(expected.Record.EndpointId, out var now) && ReferenceEquals(now, expected);

    /// <param name="Record">The attachment, as it was at Join.</param>
    /// <param name="CallFollows">See <see cref="Expect"/>.</param>
    /// <param name="Cause">The span of Join.</param>
    private sealed record ExpectedArrival(AttachmentRecord Record, bool CallFollows, ActivityContext Cause)
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
