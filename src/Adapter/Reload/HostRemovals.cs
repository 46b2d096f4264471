using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// Counts what the kernel announces of removed links and of removed rules of nftables, and raises <see cref="ReloadSignal"/>. It announces
/// nothing of legacy iptables, bridge ports and sysctls.
/// </summary>
internal sealed class HostRemovals(NetworkNamespace host, ReloadSignal signal, ILogger<HostRemovals> logger) : IDisposable
{
    private const int ReceiveBuffer = 1024 * 1024;

    private readonly Lock _lock = new();

    // Both guarded by _lock.
    private readonly Watches _watches = new();
    private bool _listens;

    private volatile bool _hearsOfRules = true;
    private long _count;

    /// <summary>Greater after each announcement.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Rules may have been removed without an announcement: only reading the firewall tells.</summary>
    public bool MayBeSilent => !_hearsOfRules || host.Run(() =>
        IptablesCalls.Tables(SocketCalls.AF_INET).Length + IptablesCalls.Tables(SocketCalls.AF_INET6).Length > 0);

    /// <summary>Begins to count; once.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void Listen()
    {
        lock (_lock)
        {
            if (_listens)
                return;

            var links = host.Run(() => NetlinkListener.OpenForLinks(ReceiveBuffer));
            _watches.Add("removed links", () => links.Receive() is not null, links.Stop, links, Raise);
            _listens = true;
            try
            {
                var rules = host.Run(FirewallListener.Open);
                _watches.Add("removed firewall rules", rules.Receive, rules.Stop, rules, Raise);
            }
            catch (KernelException missing)
            {
                _hearsOfRules = false;
                logger.NoFirewallEvents(missing.Message);
            }
        }
    }

    public void Dispose() => _watches.Dispose();

    private void Raise()
    {
        Interlocked.Increment(ref _count);
        signal.Raise();
    }
}

/// <summary>Something on the host was removed that attachments may need.</summary>
internal sealed class ReloadSignal : WakeUp;

/// <summary>Threads that wait for the kernel's messages.</summary>
internal sealed class Watches : IDisposable
{
    private readonly List<(Thread Thread, Action Stop, IDisposable Listener)> _watches = [];

    /// <param name="name">Of the thread.</param>
    /// <param name="receive">Waits for the next message; false when stopped.</param>
    /// <param name="stop">Lets <paramref name="receive"/> return.</param>
    /// <param name="listener">Disposed of at the end.</param>
    /// <param name="raise">Called after each message.</param>
    public void Add(string name, Func<bool> receive, Action stop, IDisposable listener, Action raise)
    {
        var thread = new Thread(() =>
        {
            while (receive())
                raise();
        })
        { IsBackground = true, Name = name };
        thread.Start();
        _watches.Add((thread, stop, listener));
    }

    public void Dispose()
    {
        foreach (var (thread, stop, listener) in _watches)
        {
            stop();
            thread.Join();
            listener.Dispose();
        }
    }
}
