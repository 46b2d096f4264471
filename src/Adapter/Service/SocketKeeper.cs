using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Service;

/// <summary>
/// Restores the socket's file and the locks when they are removed or replaced, so that Docker reaches cnm-cni and no second daemon uses its
/// directories. Polls them: a few system calls each time. inotify(7) would not report every removal, such as that of a parent directory.
/// </summary>
internal sealed class SocketKeeper(
    PluginSocket socket, IEnumerable<DirectoryLock> locks, IHostApplicationLifetime lifetime, TimeProvider timeProvider,
    ILogger<SocketKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // The last state that was logged.
    private SocketState _socketState = SocketState.Ours;
    private string _lockProblem = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (lifetime.ApplicationStarted.IsCancellationRequested)
            {
                KeepSocket();
                KeepLocks();
            }
        }
    }

    private void KeepSocket()
    {
        try
        {
            var found = socket.Look();
            if (found == SocketState.Gone && socket.TryRestore())
            {
                logger.SocketRestored(socket.Path);
                found = SocketState.Ours;
            }

            LogChange(found);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ServiceException)
        {
            LogChange(SocketState.Gone); // For instance, its directory cannot be created.
        }
    }

    private void KeepLocks()
    {
        try
        {
            var renewed = locks.Count(held => held.Renew()); // Renews all of them.
            if (renewed > 0)
                logger.LocksRenewed();

            _lockProblem = "";
        }
        catch (ServiceException lost)
        {
            if (_lockProblem != lost.Message)
                logger.LockLost(lost.Message);

            _lockProblem = lost.Message;
        }
    }

    private void LogChange(SocketState found)
    {
        if (found == _socketState)
            return;

        _socketState = found;
        if (found == SocketState.Anothers)
            logger.SocketTaken(socket.Path);
        else if (found == SocketState.Gone)
            logger.SocketGone(socket.Path, socket.IsInherited ? "restart its socket unit together with the service" : "restart cnm-cni");
    }
}
