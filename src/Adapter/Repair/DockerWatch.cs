using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Turns Docker's events into signals: repair and the auto-networks run after a change and not only at intervals. A new connection means
/// that dockerd was restarted, and the end of one that it is down: status must not say for an interval that it answers.
/// </summary>
internal sealed class DockerWatch(
    IDockerEngine docker, EngineFacts facts, RepairSignal signal, NetworksSignal networks, TimeProvider timeProvider) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Docker may be waiting for our socket.
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var isConnected = false;
            try
            {
                await foreach (var dockerEvent in docker.WatchAsync(stoppingToken))
                {
                    (pause, isConnected) = (FirstPause, true);
                    signal.Raise();
                    if (dockerEvent.Kind == DockerEventKind.Connected)
                        facts.Learn(await docker.VersionAsync(stoppingToken));

                    if (dockerEvent.Kind is DockerEventKind.Connected or DockerEventKind.NetworkDestroyed)
                        networks.Raise();
                }
            }
            catch (DockerException)
            {
                // dockerd is down or starting; the repair loop reports it.
                if (isConnected)
                    signal.Raise();
            }

            await Task.Delay(pause, timeProvider, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
