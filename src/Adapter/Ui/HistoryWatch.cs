using System.Text;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Ui;

/// <summary>
/// Follows the daemon's history while a browser is connected: each event goes to the browsers, and makes the status to be asked. Where no
/// history is kept, the picture changes all the same, only a little later.
/// </summary>
internal sealed class HistoryWatch(
    ControlClient daemon, EndpointNames names, Browsers browsers, PictureSignal signal, TimeProvider timeProvider)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await browsers.Presence.Some.WaitAsync(cancellationToken);
            using var unwatched = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var end = EndAsync(unwatched);
            try
            {
                await FollowAsync(unwatched.Token);
            }
            catch (Exception broken) when (broken is ControlException or IOException
                || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The status says what is wrong with the daemon; or nobody looks any more.
            }

            await unwatched.CancelAsync();
            await end;
            await Task.Delay(Retry, timeProvider, cancellationToken);
        }
    }

    private async Task EndAsync(CancellationTokenSource unwatched)
    {
        await Task.WhenAny(browsers.Presence.None, Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, unwatched.Token));
        await unwatched.CancelAsync();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var stream = await daemon.FollowAsync(cancellationToken);
        await stream.ReadLineAsync(cancellationToken); // Where it begins in the files.
        while (await stream.ReadLineAsync(cancellationToken) is { } line)
        {
            if (HistoryReader.Parse(Encoding.UTF8.GetBytes(line)) is not { } one)
                continue;

            browsers.Send(Happening.Of(one, names).ToEvent());
            signal.Raise();
        }
    }
}
