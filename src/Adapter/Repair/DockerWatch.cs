using Bridge.Adapter.Docker;

namespace Bridge.Adapter.Repair;

/// <summary>Listens to Docker's events, so that repair looks when something happened and not only at intervals; a new connection means that dockerd was restarted.</summary>
internal sealed class DockerWatch(IDockerEngine docker, RepairSignal signal, TimeProvider timeProvider) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Docker may be waiting for our socket while we would wait for Docker.
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in docker.WatchAsync(stoppingToken))
                {
                    pause = FirstPause;
                    signal.Raise();
                }
            }
            catch (DockerException)
            {
                // dockerd is down or starting; the repair loop is the one that reports it.
            }

            await Task.Delay(pause, timeProvider, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
