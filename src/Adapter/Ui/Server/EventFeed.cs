using Bridge.Adapter.Ui.Picture;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Bridge.Adapter.Ui.Server;

/// <summary><c>GET /events</c>: everything that happens, until the browser leaves, or takes nothing for too long.</summary>
internal sealed class EventFeed(Browsers browsers, TimeSpan longestSilence, TimeSpan heartbeat, CancellationToken stopping)
{
    /// <summary>A browser that takes nothing for so long is gone, or hostile.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // Of these at least one must be taken in time.
    private const int Piece = 16 << 10;

    public async Task AnswerAsync(HttpContext context)
    {
        if (browsers.Join() is not { } browser)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(
                $"{Browsers.Most} browsers show this page already. Close one of them, and reload.\n", context.RequestAborted);
            return;
        }

        using var left = browser;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await SendAsync(context, browser, end.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            context.Abort(); // The browser is gone or takes nothing, or the program ends.
        }
        finally
        {
            browsers.Leave(browser);
        }
    }

    private async Task SendAsync(HttpContext context, Browser browser, CancellationToken cancellationToken)
    {
        // It would end a connection on which little is sent.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;

        context.Response.ContentType = "text/event-stream";
        await WriteAsync(context, ServerSentEvent.Start, cancellationToken);
        while (true)
        {
            var next = await browsers.NextAsync(browser, heartbeat, cancellationToken);
            await WriteAsync(context, next ?? ServerSentEvent.Heartbeat, cancellationToken);
        }
    }

    private async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            deadline.CancelAfter(longestSilence);
            await context.Response.BodyWriter.WriteAsync(bytes[..Math.Min(Piece, bytes.Length)], deadline.Token);
        }
    }
}
