using System.Net;
using Bridge.Adapter.Control;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Server;
using Bridge.Adapter.Ui.Traffic;
using CniInvoker;

namespace Bridge.Adapter.Ui;

/// <summary>
/// The live picture: a process of its own, which reads and never changes anything. To the daemon it is one client, whatever the browsers
/// do.
/// </summary>
internal sealed class UiRun : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ControlClient _daemon;
    private readonly PictureSignal _signal = new();
    private readonly HostReading _host;
    private readonly Details _details;
    private readonly LinkListener _listener;
    private readonly List<IDisposable> _sockets = [];
    private readonly List<Func<CancellationToken, Task>> _loops;

    /// <summary>Opens everything, in the network namespace of the calling thread.</summary>
    /// <param name="settings">Where the daemon and its files are.</param>
    /// <param name="address">Where browsers connect.</param>
    /// <param name="results">libcni's results.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="Service.ServiceException">The address cannot be used.</exception>
    /// <exception cref="KernelException">The kernel does not show its links.</exception>
    public UiRun(AdapterSettings settings, IPEndPoint address, string results, TimeProvider timeProvider)
    {
        Browsers = new Browsers(Environment.MachineName, timeProvider, _signal.Raise);
        _daemon = new ControlClient(settings.Socket);
        var names = new EndpointNames();
        _host = new HostReading(Netlink(), settings, results);
        _details = new Details(_daemon, names, _host, Browsers, settings);
        var feed = new EventFeed(Browsers, EventFeed.LongestSilence, EventFeed.Heartbeat, _stopping.Token);
        Server = new PageServer(address, feed, _details.OfAsync);
        _listener = LinkListener.Open();
        var counters = Netlink();
        _sockets.Add(counters);
        var (connections, problem) = OpenConnections(timeProvider);
        _loops =
        [
            new DaemonWatch(_daemon, names, _host, Browsers, _signal, timeProvider).RunAsync,
            new HistoryWatch(_daemon, names, Browsers, _signal, timeProvider).RunAsync,
            new TrafficWatch(new LinkRates(counters, timeProvider), connections, problem, _host, Browsers, timeProvider).RunAsync,
        ];
    }

    public PageServer Server { get; }

    public Browsers Browsers { get; }

    /// <summary>Serves until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var thread = new Thread(Listen) { IsBackground = true, Name = "changed links" };
        thread.Start();
        await Server.StartAsync(cancellationToken);
        try
        {
            // They end only by an error of this program, or with it.
            await await Task.WhenAny(_loops.Select(loop => Task.Run(() => loop(end.Token), CancellationToken.None)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is the end.
        }
        finally
        {
            await end.CancelAsync();
            await _stopping.CancelAsync();
            await Server.StopAsync();
            _listener.Stop();
            thread.Join();
        }
    }

    public void Dispose()
    {
        Server.Dispose();
        _details.Dispose();
        _host.Dispose();
        _daemon.Dispose();
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        _stopping.Dispose();
    }

    private static RouteNetlink Netlink() => new(NetlinkSocket.Open(), "this host");

    private (Connections?, string? Problem) OpenConnections(TimeProvider timeProvider)
    {
        try
        {
            var socket = NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER);
            _sockets.Add(socket);
            return (new Connections(socket, timeProvider), null);
        }
        catch (KernelException refused)
        {
            return (null, $"Connections cannot be shown: {refused.Message}.");
        }
    }

    private void Listen()
    {
        while (_listener.Receive())
            _signal.Raise();
    }
}
