using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bridge.Adapter.Service;

/// <summary>
/// The metrics on a TCP address, when the settings name one: <c>GET /metrics</c> and nothing else of the plugin socket. An address that
/// cannot be used is retried, and costs the metrics alone: containers need their networks.
/// </summary>
internal sealed class MetricsServer(
    AdapterSettings settings, MetricsPage page, ILoggerFactory loggers, TimeProvider timeProvider, ILogger<MetricsServer> logger)
    : BackgroundService
{
    /// <summary>Prometheus needs one, and a person another.</summary>
    public const int MostConnections = 32;

    /// <summary>Another process may close the address, or an interface get it.</summary>
    public static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    private const string Path = "/metrics";

    // A scrape every minute uses its connection again.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (settings.Metrics.Listen is not { } address)
            return;

        for (var isReported = false; !stoppingToken.IsCancellationRequested; isReported = true)
        {
            try
            {
                await ServeAsync(address, stoppingToken);
            }
            catch (Exception refused) when (refused is IOException or SocketException or UnauthorizedAccessException)
            {
                if (!isReported)
                    logger.MetricsDoNotListen($"{address}", ErrorDescription.OfFile(refused).TrimEnd('.'));

                await Task.Delay(RetryPause, timeProvider, stoppingToken);
            }
        }
    }

    private async Task ServeAsync(IPEndPoint address, CancellationToken stoppingToken)
    {
        using var server = new HttpServer(
            KestrelOptions(address), SocketTransportOptions.CreateDefaultBoundListenSocket, AnswerAsync, loggers);
        await server.StartAsync(stoppingToken);
        logger.MetricsListen($"{address}");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, stoppingToken);
        }
        finally
        {
            await server.StopAsync(new CancellationToken(canceled: true)); // A scrape may be cut off.
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path != Path)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        response.ContentType = MetricsPage.ContentType;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.WriteAsync(page.Write(), context.RequestAborted);
    }

    private static KestrelServerOptions KestrelOptions(IPEndPoint address)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = 1 << 10;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 << 10;
        kestrel.Limits.RequestHeadersTimeout = LongestRequest;
        kestrel.Limits.KeepAliveTimeout = LongestIdle;
        kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        return kestrel;
    }
}
