using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Ui.Traffic;

/// <summary>How many bytes pass the links, from the kernel's counters. Not for two threads at once.</summary>
internal sealed class LinkRates(RouteNetlink netlink, TimeProvider timeProvider)
{
    private Dictionary<int, (ulong Received, ulong Sent)> _before = [];
    private Dictionary<int, (ulong Received, ulong Sent)> _now = [];
    private long _readAt;
    private HashSet<string> _active = new(StringComparer.Ordinal);

    /// <summary>The rates since the last call; none at the first.</summary>
    /// <param name="links">The names of links.</param>
    /// <param name="wanted">Whose rates are needed.</param>
    /// <returns>Links with traffic, and with 0 those that had some at the last call.</returns>
    /// <exception cref="KernelException">The kernel does not show its counters.</exception>
    public IReadOnlyDictionary<string, LinkRate> Read(HostLinks links, IReadOnlySet<string> wanted)
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        netlink.ReadCounters((index, received, sent) => _now[index] = (received, sent));
        var (readAt, elapsed) = (timeProvider.GetTimestamp(), timeProvider.GetElapsedTime(_readAt).TotalSeconds);
        _readAt = readAt;

        var rates = new Dictionary<string, LinkRate>(StringComparer.Ordinal);
        var active = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, now) in _now)
        {
            if (links.NameOf(index) is not { } name || !wanted.Contains(name) || !_before.TryGetValue(index, out var before))
                continue;

            var rate = new LinkRate(PerSecond(before.Sent, now.Sent, elapsed), PerSecond(before.Received, now.Received, elapsed));
            if (rate is { Received: > 0 } or { Sent: > 0 })
                active.Add(name);
            else if (!_active.Contains(name))
                continue;

            rates[name] = rate;
        }

        foreach (var gone in _active.Where(name => !rates.ContainsKey(name)))
            rates[gone] = default;

        _active = active;
        return rates;
    }

    /// <summary>Forgets what was read: the next call is a first one.</summary>
    public void Reset()
    {
        _now.Clear();
        _active.Clear();
    }

    private static long PerSecond(ulong before, ulong now, double seconds) =>
        now <= before || seconds <= 0 ? 0 : (long)Math.Round((now - before) / seconds);
}
