using System.Collections.Concurrent;
using System.Diagnostics;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Warm;

/// <summary>
/// The warm attachments of all Docker networks, and which of them a container can have now. The records are in the journal; what is
/// only here starts anew with the process: a rest, and the certainty that an attachment is ready.
/// </summary>
internal sealed class WarmPool(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();

    // Both guarded by _lock; the entries in the order in which they began to wait.
    private readonly List<WarmEntry> _entries = [];
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    // By network, when an attachment last left the pool.
    private readonly ConcurrentDictionary<string, long> _taken = new(StringComparer.Ordinal);

    // By network, the call that last made room for another one, if it is traced.
    private readonly ConcurrentDictionary<string, ActivityContext> _causes = new(StringComparer.Ordinal);

    /// <summary>Adds an attachment, unless the network has as many already or is closed.</summary>
    public bool TryAdd(WarmEntry entry, int most = int.MaxValue)
    {
        lock (_lock)
        {
            if (_closed.Contains(entry.NetworkId) || CountOf(entry.NetworkId) >= most)
                return false;

            _entries.Add(entry with { Since = timeProvider.GetTimestamp() });
            return true;
        }
    }

    /// <summary>Moves an attachment to another state, if it is in one of <paramref name="from"/>; last in the order.</summary>
    public bool TryMove(string id, WarmState to, params ReadOnlySpan<WarmState> from)
    {
        lock (_lock)
        {
            var index = _entries.FindIndex(entry => entry.Id == id);
            if (index < 0 || !from.Contains(_entries[index].State))
                return false;

            var moved = _entries[index] with { State = to, Since = timeProvider.GetTimestamp() };
            _entries.RemoveAt(index);
            _entries.Add(moved);
            return true;
        }
    }

    public void Remove(string id)
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Where(entry => entry.Id == id).ToArray())
            {
                _entries.Remove(entry);
                _taken[entry.NetworkId] = timeProvider.GetTimestamp();
                NoteCause(entry.NetworkId);
            }
        }
    }

    /// <summary>The span that last made room for an attachment of the network; default: none.</summary>
    public ActivityContext CauseOf(string networkId) => _causes.GetValueOrDefault(networkId);

    /// <summary>How long ago an attachment of the network last left the pool; a long time if none ever did.</summary>
    public TimeSpan SinceTaken(string networkId) =>
        _taken.TryGetValue(networkId, out var last) ? timeProvider.GetElapsedTime(last) : TimeSpan.MaxValue;

    /// <summary>Moves the one that has been ready for the longest time to <see cref="WarmState.Claimed"/>.</summary>
    /// <returns>Its id; null without one.</returns>
    public string? Claim(string networkId, Func<WarmEntry, bool> fits)
    {
        lock (_lock)
        {
            var index = _entries.FindIndex(entry => entry.NetworkId == networkId && entry.State == WarmState.Ready && fits(entry));
            if (index < 0)
                return null;

            _entries[index] = _entries[index] with { State = WarmState.Claimed };
            return _entries[index].Id;
        }
    }

    /// <summary>Moves one that no container has to <see cref="WarmState.Leaving"/>, resting ones first.</summary>
    /// <returns>Its id; null without one.</returns>
    public string? TakeIdle(Func<WarmEntry, bool> counts)
    {
        lock (_lock)
        {
            var index = _entries.FindLastIndex(entry => entry.State == WarmState.Resting && counts(entry));
            index = index >= 0 ? index : _entries.FindLastIndex(entry => entry.State == WarmState.Ready && counts(entry));
            if (index < 0)
                return null;

            _entries[index] = _entries[index] with { State = WarmState.Leaving };
            return _entries[index].Id;
        }
    }

    public IReadOnlyList<WarmEntry> All
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    public IReadOnlyList<WarmEntry> Of(string networkId) => [.. All.Where(entry => entry.NetworkId == networkId)];

    /// <summary>Admits no more attachments of a network.</summary>
    public void Close(string networkId)
    {
        lock (_lock)
            _closed.Add(networkId);
    }

    public void Open(string networkId)
    {
        lock (_lock)
            _closed.Remove(networkId);

        NoteCause(networkId);
    }

    public bool IsClosed(string networkId)
    {
        lock (_lock)
            return _closed.Contains(networkId);
    }

    private void NoteCause(string networkId)
    {
        if (Traces.Here is var cause && cause != default)
            _causes[networkId] = cause;
    }

    private int CountOf(string networkId) => _entries.Count(entry => entry.NetworkId == networkId && entry.State != WarmState.Leaving);
}

/// <summary>A warm attachment.</summary>
/// <param name="Id">Its container id, which is the id of its record too.</param>
/// <param name="NetworkId">The Docker network.</param>
/// <param name="CniNetwork">The CNI network.</param>
/// <param name="State">Whether a container can have it.</param>
/// <param name="Configuration">The configuration of the CNI network for which it was made, as in the file.</param>
/// <param name="Since">When it came into its state, on the monotonic clock.</param>
internal sealed record WarmEntry(
    string Id, string NetworkId, string CniNetwork, WarmState State, RecordedJson Configuration, long Since = 0);

internal enum WarmState
{
    /// <summary>Its plugins run, or its record is being written.</summary>
    Making,

    /// <summary>A container had it until just now, or a previous process left it.</summary>
    Resting,

    /// <summary>The next container gets it.</summary>
    Ready,

    /// <summary>Docker has been given its address, or a container is getting it.</summary>
    Claimed,

    /// <summary>It is being removed.</summary>
    Leaving,
}

/// <summary>
/// Wakes <see cref="WarmKeeper"/> and its loop for each network: an attachment was taken or came back, or a network came or went.
/// </summary>
internal sealed class WarmSignal
{
    private readonly ConcurrentDictionary<string, NetworkSignal> _networks = new(StringComparer.Ordinal);

    public void Raise()
    {
        foreach (var network in _networks.Values)
            network.Raise();
    }

    /// <summary>Returns at the next signal, or when <paramref name="longest"/> has passed.</summary>
    /// <param name="networkId">Whose loop waits; empty for that of all.</param>
    /// <param name="longest">The longest pause.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task WaitAsync(string networkId, TimeSpan longest, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        _networks.GetOrAdd(networkId, _ => new NetworkSignal()).WaitAsync(longest, timeProvider, cancellationToken);

    private sealed class NetworkSignal : WakeUp;
}

/// <summary>Gauges of the pool.</summary>
internal sealed class WarmMetrics
{
    public WarmMetrics(AdapterMetrics metrics, WarmPool pool) => metrics.Meter.CreateObservableGauge(
        "cnm_cni_warm_attachments",
        () => pool.All.CountBy(entry => (entry.CniNetwork, entry.State)).Select(group => new System.Diagnostics.Metrics.Measurement<long>(
            group.Value, new("cni_network", group.Key.CniNetwork), new("state", $"{group.Key.State}".ToLowerInvariant()))),
        description: "Attachments made ahead, by CNI network and state.");
}
