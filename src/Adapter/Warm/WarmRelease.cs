using Bridge.Adapter.Attachments;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>
/// Removes warm attachments: DEL of the chain, then of the IPAM plugin. A failure stays in the record, and repair continues.
/// </summary>
internal sealed class WarmRelease(
    WarmPool pool, Journal journal, AttachmentGates gates, Detacher detacher, IpamRuns ipam, WarmSignal signal, Traces traces,
    AdapterSettings settings)
{
    // A network's removal waits for all of them.
    private const int Parallelism = 4;

    // host-local, whereabouts and others; there is no code for it (SPEC, section 5).
    private static readonly string[] ShortageWords =
        ["no IP addresses available", "no available IP", "Could not allocate IP", "no free IP", "no more IP", "exhausted"];

    /// <summary>Removes one. The caller has moved it to <see cref="WarmState.Leaving"/> or <see cref="WarmState.Claimed"/>.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cause">For the log.</param>
    public async Task ReleaseAsync(string id, string cause)
    {
        using var span = traces.Begin("warm release").With(Span.ContainerId, id);
        await DetachAsync(id, cause);
        if (journal.Reservations.Find(id) is { Phase: ReservationPhase.Reserved } reservation)
            await ipam.ReleaseAsync(reservation);

        pool.Remove(id);
        signal.Raise();
    }

    /// <summary>As <see cref="ReleaseAsync"/>, without its reservation.</summary>
    public async Task DetachAsync(string id, string cause)
    {
        using var gate = await gates.EnterAsync(id, CancellationToken.None);
        if (journal.Attachments.Find(id) is { IsWarm: true } record)
            await detacher.TryDetachAsync(record, cause);

        pool.Remove(id);
    }

    /// <summary>
    /// Removes all of a network that is being deleted, and keeps others from being made. Waits for one that is being made.
    /// </summary>
    public async Task EndAsync(string networkId, CancellationToken cancellationToken)
    {
        pool.Close(networkId);
        using var turn = await gates.EnterAsync(TurnOf(networkId), cancellationToken);
        await ReleaseIdleAsync(entry => entry.NetworkId == networkId, "its network is being removed");
    }

    /// <summary>Removes all that no container has.</summary>
    public Task ReleaseIdleAsync(Func<WarmEntry, bool> counts, string cause)
    {
        List<string> idle = [];
        while (pool.TakeIdle(counts) is { } id)
            idle.Add(id);

        return Parallel.ForEachAsync(
            idle, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (id, _) => await ReleaseAsync(id, cause));
    }

    /// <summary>
    /// Containers come first: where the addresses of a CNI network run short, its warm attachments are released one after the other, and
    /// the operation is repeated. Meanwhile none is made: it would take the address again.
    /// </summary>
    public async Task<T> BeforeShortageAsync<T>(string cniNetwork, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await attempt();
        }
        catch (CniException failure) when (IsShortage(failure) && NetworksOn(cniNetwork).Length > 0)
        {
            return await WithoutRefillAsync(cniNetwork, attempt, cancellationToken);
        }
    }

    /// <summary>
    /// Runs an operation while no warm attachment is made on a CNI network. Where the addresses run short, warm attachments are released
    /// one after the other, and the operation is repeated.
    /// </summary>
    public async Task<T> WithoutRefillAsync<T>(string cniNetwork, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var turns = new List<IDisposable>();
        try
        {
            foreach (var networkId in NetworksOn(cniNetwork))
                turns.Add(await gates.EnterAsync(TurnOf(networkId), cancellationToken));

            return await ReleasingAsync(cniNetwork, attempt);
        }
        finally
        {
            turns.ForEach(turn => turn.Dispose());
        }
    }

    private async Task<T> ReleasingAsync<T>(string cniNetwork, Func<Task<T>> attempt)
    {
        while (true)
        {
            string? id;
            try
            {
                return await attempt();
            }
            catch (CniException failure) when (IsShortage(failure)
                && (id = pool.TakeIdle(entry => entry.CniNetwork == cniNetwork)) is not null)
            {
                await ReleaseAsync(id, "the addresses of its CNI network run short");
            }
        }
    }

    // In one order, so that two calls cannot wait for each other's turn.
    private string[] NetworksOn(string cniNetwork) =>
    [
        .. journal.ListedNetworks.Where(record => record.CniNetwork == cniNetwork && (record.Warm ?? settings.Warm.Size) > 0)
            .Select(record => record.NetworkId)
            .Concat(pool.All.Where(entry => entry.CniNetwork == cniNetwork).Select(entry => entry.NetworkId))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The gate of everybody who makes or removes several attachments of a network.</summary>
    public static string TurnOf(string networkId) => $"warm {networkId}";

    private static bool IsShortage(CniException failure) => failure.Operation == CniOperation.Add
        && ShortageWords.Any(words => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
