using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Service;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Ui.Server;

/// <summary>
/// The page over plain HTTP/1.1 on one TCP address: its files, the events, details of a member. Nothing can be changed by it.
/// </summary>
internal sealed class PageServer : IDisposable
{
    /// <summary>A browser has one for events, and a few for files.</summary>
    public const int MostConnections = 64;

    // In the kernel, for each browser: what a slow one has not read yet.
    private const int SendBuffer = 128 << 10;
    private const int ResponseBuffer = 32 << 10;

    // The only inline script is the one in index.html with this hash.
    internal const string Policy = "default-src 'none'; " +
        "script-src 'self' 'sha256-47Oo9pdR48mtYsrrtHli4KLLYa71giikDMi9eEA0EFk='; style-src 'self'; " +
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // A page that is loaded again soon, since a part was missing, asks for that part only. Later a browser asks whether a file has changed.
    private const string Fresh = "max-age=30, must-revalidate";

    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(5);

    private readonly PageFiles _files = new();
    private readonly Socket _socket;
    private readonly HttpServer _server;
    private readonly EventFeed _events;
    private readonly Func<string, CancellationToken, Task<byte[]?>> _details;

    /// <summary>Listens, but answers only from <see cref="StartAsync"/> on.</summary>
    /// <param name="address">Port 0: a free one.</param>
    /// <param name="events">Answers <c>/events</c>.</param>
    /// <param name="details">JSON about the member of a key; null: there is none.</param>
    /// <exception cref="ServiceException">The address cannot be used.</exception>
    public PageServer(IPEndPoint address, EventFeed events, Func<string, CancellationToken, Task<byte[]?>> details)
    {
        _events = events;
        _details = details;
        _socket = Listen(address);
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _server = new HttpServer(KestrelOptions(EndPoint), _ => _socket, AnswerAsync, NullLoggerFactory.Instance);
    }

    /// <summary>With the port that it has got.</summary>
    public IPEndPoint EndPoint { get; }

    public Access Access { get; } = new();

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    /// <summary>Cuts off what is under way.</summary>
    public Task StopAsync() => _server.StopAsync(new CancellationToken(canceled: true));

    public void Dispose()
    {
        _server.Dispose();
        _socket.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Protect(response.Headers);
        if (Access.WhyForeign(context) is { } foreign)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, foreign);
        }
        else if (!HttpMethods.IsGet(request.Method))
        {
            response.Headers.Allow = "GET";
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "This page is only read.");
        }
        else
        {
            var hasToken = Access.HasToken(context);
            if ((hasToken || Access.IsNamedIn(request.Query)) && context.Features.Get<Visitor>() is { } visitor)
                visitor.IsKnown = true;

            await RouteAsync(context, hasToken);
        }
    }

    // The page's own files are the same everywhere, and say nothing of this host.
    private Task RouteAsync(HttpContext context, bool hasToken) => context.Request.Path.Value switch
    {
        "/events" or "/detail" when !hasToken => RefuseAsync(
            context, StatusCodes.Status403Forbidden,
            "The token is missing or is not this one's. Open the whole URL that cnm-cni ui has printed; it ends with ?token=…."),
        "/events" => _events.AnswerAsync(context),
        "/detail" => SendDetailsAsync(context),
        { } path when _files.Find(path) is { } file => SendFileAsync(context, file),
        _ => RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such page."),
    };

    private async Task SendDetailsAsync(HttpContext context)
    {
        var details = await _details(context.Request.Query["key"].ToString(), context.RequestAborted);
        context.Response.ContentType = "application/json";
        if (details is null)
            context.Response.StatusCode = StatusCodes.Status404NotFound;

        await context.Response.Body.WriteAsync(
            details ?? """{"error":"There is no such member any more."}"""u8.ToArray(), context.RequestAborted);
    }

    private static async Task SendFileAsync(HttpContext context, PageFile file)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = file.Tag;
        response.Headers.CacheControl = request.Path == "/" ? "no-store" : Fresh;
        if (request.Path != "/" && request.Headers.IfNoneMatch == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await using var content = file.Open();
        response.ContentType = file.ContentType;
        response.ContentLength = content.Length;
        await content.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (status == StatusCodes.Status403Forbidden)
            context.Response.Headers.Connection = "close"; // A stranger keeps no connection.

        return context.Response.WriteAsync($"{sentence}\n", context.RequestAborted);
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private static Socket Listen(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = SendBuffer };
        try
        {
            socket.Bind(address);
            socket.Listen(MostConnections);
            return socket;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new ServiceException(
                refused.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse =>
                        $"Port {address.Port} of {address.Address} is in use, perhaps by another cnm-cni ui. Choose another with " +
                        "--listen ADDRESS:PORT; port 0 takes a free one.",
                    SocketError.AddressNotAvailable =>
                        $"{address.Address} is not an address of this host. Choose one with --listen ADDRESS:PORT.",
                    SocketError.AccessDenied =>
                        $"Port {address.Port} is for programs with more rights than cnm-cni ui keeps. Choose one from 1024 on with " +
                        "--listen.",
                    _ => $"cnm-cni ui cannot listen on {address}: {refused.Message}.",
                },
                refused);
        }
    }

    private static KestrelServerOptions KestrelOptions(IPEndPoint address)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = 4 << 10;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.MaxResponseBufferSize = ResponseBuffer;
        kestrel.Limits.RequestHeadersTimeout = LongestRequest;
        kestrel.Limits.KeepAliveTimeout = LongestIdle;
        kestrel.Listen(address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(new Visitors(MostConnections).Admit);
        });
        return kestrel;
    }
}
