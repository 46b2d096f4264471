using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Bridge.Adapter.Control;

/// <summary>
/// New events of the history, for `cnm-cni events --follow`: first a line that says where in the files they begin, then one line for each,
/// until the reader goes away or the daemon stops. A reader that is too slow misses events, which a line counts.
/// </summary>
internal sealed class EventStream(HistoryLog history, AdapterSettings settings, IHostApplicationLifetime lifetime)
{
    public const string ContentType = "application/jsonl";

    /// <exception cref="CnmException">No history is kept, or too many follow it.</exception>
    public async Task AnswerAsync(HttpContext context)
    {
        if (!history.IsOn)
            throw new CnmException("no history is kept: the setting history.size is 0.");

        var follower = history.Follow() ?? throw new CnmException(
            $"{HistoryLog.MostFollowers} commands follow the events already, or the disk of {settings.HistoryDirectory} does not answer. " +
            "End one of them, and retry.");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            // The server would end the connection of a reader that pauses.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
                rate.MinDataRate = null;

            context.Response.ContentType = ContentType;
            var start = JsonSerializer.SerializeToUtf8Bytes(follower.Start, HistoryJson.Default.HistoryPosition);
            await context.Response.BodyWriter.WriteAsync((byte[])[.. start, (byte)'\n'], end.Token);
            while (true)
                await context.Response.BodyWriter.WriteAsync(await follower.ReadAsync(end.Token), end.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader is gone, or the daemon stops.
        }
        finally
        {
            follower.Close();
        }
    }
}
