using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Service;

/// <summary>
/// Sees to it that Docker finds us for as long as we listen, and that no second daemon serves from our directories: somebody may remove the socket's file
/// or a lock, or put another in its place. Looks at them now and then, which costs some calls into the kernel; whoever removes a file tells nobody for
/// certain.
/// </summary>
internal sealed class SocketKeeper(
    PluginSocket socket, IEnumerable<DirectoryLock> locks, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<SocketKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private SocketState _told = SocketState.Ours;
    private string _toldOfLocks = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (lifetime.ApplicationStarted.IsCancellationRequested)
            {
                Look();
                KeepLocks();
            }
        }
    }

    private void Look()
    {
        try
        {
            var found = socket.Look();
            if (found == SocketState.Gone && socket.TryRestore())
            {
                logger.SocketRestored(socket.Path);
                found = SocketState.Ours;
            }

            Tell(found);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ServiceException)
        {
            Tell(SocketState.Gone); // Its directory cannot be made again, say.
        }
    }

    private void KeepLocks()
    {
        try
        {
            var renewed = locks.Count(held => held.Renew()); // Each of them.
            if (renewed > 0)
                logger.LocksRenewed();

            _toldOfLocks = "";
        }
        catch (ServiceException lost)
        {
            if (_toldOfLocks != lost.Message)
                logger.LockLost(lost.Message);

            _toldOfLocks = lost.Message;
        }
    }

    private void Tell(SocketState found)
    {
        if (found == _told)
            return;

        _told = found;
        if (found == SocketState.Anothers)
            logger.SocketTaken(socket.Path);
        else if (found == SocketState.Gone)
            logger.SocketGone(socket.Path, socket.IsInherited ? "restart the socket's unit, which made it, together with the service" : "restart cnm-cni");
    }
}
