using Bridge.Adapter.Control;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Ui;

/// <summary>
/// Asks the daemon while a browser is connected, one question at a time, and keeps the picture. A daemon that does not answer leaves the
/// last one, with the reason.
/// </summary>
internal sealed class DaemonWatch(
    ControlClient daemon, EndpointNames names, HostReading host, Browsers browsers, PictureSignal signal, TimeProvider timeProvider)
{
    // Browsers wait so long for the first answer before they show what there is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Composition _composition = new();
    private readonly StatusPace _pace = new(timeProvider);
    private PictureContent? _last;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await browsers.Presence.Some.WaitAsync(cancellationToken);
            var (took, isAnswered) = await AskAsync(cancellationToken);
            var (rest, wait) = _pace.Next(took, isAnswered);
            await Task.Delay(rest, timeProvider, cancellationToken);
            if (await signal.WaitAsync(wait, timeProvider, cancellationToken))
                _pace.Happened();
        }
    }

    private async Task<(TimeSpan Took, bool IsAnswered)> AskAsync(CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        try
        {
            var question = daemon.StatusAsync(cancellationToken);
            if (browsers.AwaitPicture && await Task.WhenAny(question, Task.Delay(Patience, timeProvider, cancellationToken)) != question)
                Show(Unanswered("cnm-cni has not answered yet."));

            var status = await question;
            var took = timeProvider.GetElapsedTime(start); // The daemon's work; what follows is this process's own.
            names.Replace(status.Endpoints);
            Show(_composition.Of(status, await host.ReadAsync(cancellationToken)));
            return (took, true);
        }
        catch (ControlException silence)
        {
            Show(Unanswered(silence.Message));
            return (timeProvider.GetElapsedTime(start), false);
        }
    }

    private PictureContent Unanswered(string problem) =>
        _last is { } last ? Composition.Silent(last, problem) : Composition.Nothing(problem);

    private void Show(PictureContent content)
    {
        _last = content.Daemon.PodRuntime is null ? null : content; // Nothing is known before the first answer.
        browsers.Replace(content);
    }
}
