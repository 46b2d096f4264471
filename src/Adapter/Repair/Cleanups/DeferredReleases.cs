using Bridge.Adapter.Attachments;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// Clean-ups of removed containers, after Docker has its answer: DEL of the chain, then of the IPAM plugin. The record with the intent is
/// written before the answer. A call that needs what a release frees waits for it: an address, a MAC, a host port, the network itself.
/// </summary>
internal sealed class DeferredReleases(
    ReleaseQueue queue, CleanupRunner cleanups, Detacher detacher, Journal journal, PluginPriority priority, CallClock clock,
    Traces traces, AdapterSettings settings, StrandedContainers stranded, ILogger<DeferredReleases> logger)
{
    /// <summary>
    /// Whether Docker need not wait for this clean-up. In a container that runs on, the interface must be gone when Docker has its
    /// answer; and a clean-up that has failed before has its own times.
    /// </summary>
    public bool MayDefer(PluginRecord record) => queue.HasRoom && record.CleanupAttempts == 0
        && !(record is AttachmentRecord { SandboxKey: { } sandboxKey } && Sandbox.HasProcesses(sandboxKey));

    /// <summary>
    /// Whether the endpoint's clean-up waits or runs already. Calls for it ask before they enter its gate, which the clean-up holds.
    /// </summary>
    public bool IsPending(string endpointId) =>
        journal.Attachments.Find(endpointId) is { IsCleanupPending: true } record && queue.Has(record.ContainerId);

    /// <summary>The attachment of the container id, or an earlier reservation of it, is being cleaned up.</summary>
    public bool IsPending(ReservationRecord record) => queue.Has(record.ContainerId);

    /// <summary>Defers the clean-up of an attachment, whose gate the caller holds.</summary>
    public void Defer(AttachmentRecord record) => Add(detacher.Begin(record), cause: null);

    /// <summary>Cleans up later what a record of the phase Deleting or Releasing has.</summary>
    /// <param name="record">The record.</param>
    /// <param name="cause">For the log; null: Docker has removed it.</param>
    public void Add(PluginRecord record, string? cause) =>
        queue.Add(record.ContainerId, () => RunAsync(record.ContainerId, cause));

    /// <summary>Waits until no pending release fits, and starts those at once.</summary>
    public Task WaitAsync(Func<PluginRecord, bool> fits, CancellationToken cancellationToken) =>
        queue.WaitAsync(queue.ContainerIds.Where(id => RecordsOf(id).Any(fits)), cancellationToken);

    /// <summary>Waits for those that have one of these host ports.</summary>
    public Task WaitForPortsAsync(IReadOnlyList<RequestedPort> requested, CancellationToken cancellationToken) => requested.Count == 0
        ? Task.CompletedTask
        : WaitAsync(
            record => record is AttachmentRecord { PublishedPorts: { } held } && held.Any(
                port => requested.Any(wanted => wanted.HostPort <= port.HostPort && port.HostPort <= wanted.HostPortEnd)),
            cancellationToken);

    /// <summary>Waits for all of a CNI network.</summary>
    public Task WaitAsync(string cniNetwork, CancellationToken cancellationToken) =>
        WaitAsync(record => record.CniNetwork == cniNetwork, cancellationToken);

    /// <summary>
    /// Runs <paramref name="attempt"/>; once more, if it fails while releases of the CNI network are pending: they may hold its last
    /// addresses, or a device that only one container can have.
    /// </summary>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="attempt">Leaves nothing behind when it fails, unless <paramref name="mayRepeat"/> says so.</param>
    /// <param name="mayRepeat">Whether a second attempt is possible; null: always.</param>
    /// <param name="cancellationToken">Docker no longer waits.</param>
    public Task<T> AttemptAsync<T>(
        string cniNetwork, Func<Task<T>> attempt, Func<bool>? mayRepeat, CancellationToken cancellationToken) =>
        stranded.AttemptAsync(cniNetwork, () => RepeatAsync(cniNetwork, attempt, mayRepeat, cancellationToken));

    private async Task<T> RepeatAsync<T>(
        string cniNetwork, Func<Task<T>> attempt, Func<bool>? mayRepeat, CancellationToken cancellationToken)
    {
        var pending = PendingOf(cniNetwork);
        try
        {
            return await attempt();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or OutOfMemoryException) && mayRepeat?.Invoke() != false)
        {
            pending = [.. pending, .. PendingOf(cniNetwork)];
            if (pending.Length == 0)
                throw;
        }

        await queue.WaitAsync(pending, cancellationToken);
        return await attempt();
    }

    private string[] PendingOf(string cniNetwork) =>
        [.. queue.ContainerIds.Where(id => RecordsOf(id).Any(record => record.CniNetwork == cniNetwork))];

    private IEnumerable<PluginRecord> RecordsOf(string containerId) =>
        new PluginRecord?[] { journal.UserOf(containerId), journal.Reservations.Find(containerId) }.OfType<PluginRecord>();

    private async Task RunAsync(string containerId, string? cause)
    {
        var call = clock.Begin();
        using var span = traces.BeginBackground(
            "release", CleanupSpan.CauseOf(RecordsOf(containerId))).With(Span.ContainerId, containerId);
        var isThere = RecordsOf(containerId).Any();
        using var low = priority.Lower(settings.Release.Niceness);
        try
        {
            if (journal.UserOf(containerId) is { IsCleanupPending: true } attachment)
                await cleanups.CleanUpAsync(attachment, cause, IsPendingAsync, CancellationToken.None);

            if (journal.Reservations.Find(containerId) is { IsCleanupPending: true } reservation && !journal.IsUsed(reservation))
                await cleanups.CleanUpAsync(reservation, cause, IsPendingAsync, CancellationToken.None);

            if (isThere && !RecordsOf(containerId).Any())
                logger.Released(containerId, call.Elapsed.TotalMilliseconds, call.InPlugins.TotalMilliseconds);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            span.Fail(failure.Message);
            logger.NotResumed(failure, containerId);
        }
    }

    private static Task<bool> IsPendingAsync(PluginRecord current) => Task.FromResult(current.IsCleanupPending);
}
