using System.Collections.Concurrent;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>
/// Keeps the warm attachments of one Docker network as they should be: removes what is outdated, changed or too much, ends rests, makes
/// new ones. One attachment at a time; after a failure with growing pauses.
/// </summary>
internal sealed class WarmUpkeep(
    WarmPool pool, WarmMaking making, WarmRelease release, WarmReturn comparison, ConnectionTracking connections, FreeAddresses free,
    Journal journal, ConfigurationDirectory configurations, AdapterSettings settings, WarmTimes times)
{
    // Pods and containers get the rest: a warm attachment never takes the last address.
    private const int LeastFree = 1;

    // The kernel walks its whole table to show the connections of an address: once for all that have rested in this time.
    private const double ShareOfRest = 0.05;

    private TimeSpan LongestRest => settings.Warm.Rest * (1 + ShareOfRest);

    /// <param name="networkId">The Docker network.</param>
    /// <param name="cancellationToken">The daemon stops.</param>
    /// <returns>How long until it must be managed again, unless something happens before.</returns>
    public async Task<TimeSpan> ServeAsync(string networkId, CancellationToken cancellationToken)
    {
        var docker = journal.Networks.Find(networkId) is { UnlistedSince: null } listed ? listed : null;
        var network = docker is null ? null : configurations.Load().Find(docker.CniNetwork);
        var size = docker is null || network is null ? 0 : WarmSupport.Size(docker, network, settings);
        var isThorough = times.IsThoroughDue(networkId);
        Forget(networkId);
        await RemoveAsync(networkId, network, size, isThorough);
        EndRests(networkId);
        if (docker is null || network is null)
            return settings.Repair.Interval;

        if (isThorough || pool.Of(networkId).Count < size)
            await LeaveAddressesAsync(docker, network, cancellationToken);

        var untilRefill = await RefillAsync(docker, network, size, cancellationToken);
        return Min(UntilRested(networkId), untilRefill, settings.Repair.Interval);
    }

    // Repair has cleaned them up, or their containers needed an attachment of their own.
    private void Forget(string networkId)
    {
        foreach (var entry in pool.Of(networkId).Where(entry => entry.State is not (WarmState.Making or WarmState.Leaving)
            && journal.Attachments.Find(entry.Id) is not { IsWarm: true, Phase: AttachmentPhase.Added }))
            pool.Remove(entry.Id);
    }

    private async Task RemoveAsync(string networkId, NetworkConfiguration? network, int size, bool isThorough)
    {
        var current = network is null ? null : WarmSupport.ConfigurationOf(network);
        if (network is not null && size > 0)
        {
            await release.ReleaseIdleAsync(entry => entry.NetworkId == networkId
                && !entry.Configuration.Equals(current), "the configuration of its CNI network has changed");
        }

        while (pool.Of(networkId).Count(entry => entry.State is not (WarmState.Leaving or WarmState.Claimed)) > size
            && pool.TakeIdle(entry => entry.NetworkId == networkId) is { } id)
            await release.ReleaseAsync(id, "its network keeps fewer warm attachments");

        foreach (var entry in isThorough ? pool.Of(networkId) : [])
        {
            if (WhyChanged(entry) is { } change && pool.TryMove(entry.Id, WarmState.Leaving, WarmState.Ready, WarmState.Resting))
                await release.ReleaseAsync(entry.Id, change);
        }
    }

    private string? WhyChanged(WarmEntry entry)
    {
        try
        {
            return entry.State is WarmState.Ready or WarmState.Resting && journal.Attachments.Find(entry.Id) is { AsMade: not null } record
                ? comparison.WhyChanged(record)
                : null;
        }
        catch (IOException unknown)
        {
            return unknown.Message;
        }
    }

    private void EndRests(string networkId)
    {
        var free = pool.Of(networkId).Where(IsFree).ToArray();
        foreach (var entry in free.Where(entry => entry.State == WarmState.Claimed))
            pool.TryMove(entry.Id, WarmState.Ready, WarmState.Claimed); // Docker has released the address unused.

        var rested = free.Where(entry => entry.State == WarmState.Resting && times.Elapsed(entry.Since) >= settings.Warm.Rest).ToArray();
        if (rested.Any(entry => times.Elapsed(entry.Since) >= LongestRest))
            EndRests(rested);
    }

    private void EndRests(IReadOnlyList<WarmEntry> rested)
    {
        try
        {
            connections.Forget([.. rested.SelectMany(entry => journal.Attachments.Find(entry.Id)?.KnownAddresses ?? [])
                .Select(known => known.Address)]);
            foreach (var entry in rested)
                pool.TryMove(entry.Id, WarmState.Ready, WarmState.Resting);
        }
        catch (IOException)
        {
            foreach (var entry in rested.Where(entry => pool.TryMove(entry.Id, WarmState.Leaving, WarmState.Resting)))
                _ = release.ReleaseAsync(entry.Id, "the kernel does not show the connections of its previous container");
        }
    }

    // An attachment with a reservation is Docker's until Docker has released every address of it.
    private bool IsFree(WarmEntry entry) => journal.Reservations.Find(entry.Id) is { } reservation
        ? Reservations.IsFree(reservation)
        : entry.State != WarmState.Claimed;

    private async Task LeaveAddressesAsync(NetworkRecord docker, NetworkConfiguration network, CancellationToken cancellationToken)
    {
        times.NoteFree(docker.NetworkId, await free.CountAsync(network, cancellationToken));
        for (var left = times.Free(docker.NetworkId); left < LeastFree; left++)
        {
            if (pool.TakeIdle(entry => entry.NetworkId == docker.NetworkId) is not { } id)
                return;

            await release.ReleaseAsync(id, "no address of its CNI network is left for others");
        }
    }

    /// <returns>How long until another one is to be made; null: none, or something happens before.</returns>
    private async Task<TimeSpan?> RefillAsync(
        NetworkRecord docker, NetworkConfiguration network, int size, CancellationToken cancellationToken)
    {
        while (pool.Of(docker.NetworkId).Count < size && !pool.IsClosed(docker.NetworkId) && !(times.Free(docker.NetworkId) <= LeastFree))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Looked at once: a pause that ended between two looks would not be noticed until something else happens.
            if ((UntilRefill(docker, size) ?? times.UntilRetry(docker.NetworkId)) is { } pause)
                return pause;

            try
            {
                if (!await making.TryMakeAsync(docker, network, size, cancellationToken))
                    return null;

                times.Made(docker.NetworkId);
            }
            catch (Exception failure) when (failure is CniException or CnmException or IOException)
            {
                times.Failed(docker.NetworkId, docker.CniNetwork, failure);
            }
        }

        return null;
    }

    // A container that starts needs the processors itself; with reuse a short-lived one also brings its attachment back. The pool waits for
    // that while it is not short.
    private TimeSpan? UntilRefill(NetworkRecord docker, int size)
    {
        var entries = pool.Of(docker.NetworkId);
        var ready = entries.Count(entry => entry.State == WarmState.Ready);
        var (isShort, pause) = WarmSupport.Reuses(docker, settings)
            ? (ready == 0, settings.Warm.Rest)
            : (ready * 2 < size, settings.Warm.RefillPause);
        return entries.Count < size && !isShort && pool.SinceTaken(docker.NetworkId) is var since && since < pause ? pause - since : null;
    }

    private TimeSpan? UntilRested(string networkId) => pool.Of(networkId)
        .Where(entry => entry.State == WarmState.Resting && IsFree(entry))
        .Select(entry => (TimeSpan?)(LongestRest - times.Elapsed(entry.Since))).Min();

    private static TimeSpan Min(params IEnumerable<TimeSpan?> pauses) => pauses.Min() is { Ticks: > 0 } pause ? pause : TimeSpan.Zero;
}

/// <summary>When each network's turn comes: pauses after failures, as for clean-ups, and between comparisons with the kernel.</summary>
internal sealed class WarmTimes(AdapterSettings settings, TimeProvider timeProvider, ILogger<WarmTimes> logger)
{
    private readonly ConcurrentDictionary<string, (int Failures, long Since, TimeSpan Pause)> _failures = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _thorough = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, System.Numerics.BigInteger?> _free = new(StringComparer.Ordinal);

    public TimeSpan Elapsed(long since) => timeProvider.GetElapsedTime(since);

    /// <summary>Whether an interval of repair has passed since this last returned true.</summary>
    public bool IsThoroughDue(string networkId)
    {
        if (_thorough.TryGetValue(networkId, out var last) && Elapsed(last) < settings.Repair.Interval)
            return false;

        _thorough[networkId] = timeProvider.GetTimestamp();
        return true;
    }

    /// <summary>Null when an attempt is due.</summary>
    public TimeSpan? UntilRetry(string networkId) =>
        _failures.TryGetValue(networkId, out var failed) && failed.Pause - Elapsed(failed.Since) is { Ticks: > 0 } pause ? pause : null;

    public void Failed(string networkId, string cniNetwork, Exception failure)
    {
        var failures = (_failures.TryGetValue(networkId, out var before) ? before.Failures : 0) + 1;
        var pause = settings.Repair.RetryFirst * Math.Pow(2, Math.Min(failures - 1, 30));
        pause = pause < settings.Repair.RetryLongest ? pause : settings.Repair.RetryLongest;
        _failures[networkId] = (failures, timeProvider.GetTimestamp(), pause);
        logger.NotMadeAhead(cniNetwork, pause.TotalSeconds, failure.Message);
    }

    public void Made(string networkId)
    {
        _failures.TryRemove(networkId, out _);
        _free.AddOrUpdate(networkId, _ => null, (_, left) => left - 1);
    }

    public void NoteFree(string networkId, System.Numerics.BigInteger? left) => _free[networkId] = left;

    /// <summary>How many addresses were left at the last count; null when that is unknown.</summary>
    public System.Numerics.BigInteger? Free(string networkId) => _free.GetValueOrDefault(networkId);
}
