using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Bridge.Adapter.Service;

/// <summary>
/// Kestrel without ASP.NET Core's host around it, whose start costs as much as all the rest of the daemon's.
/// </summary>
/// <param name="options">With one address to listen on.</param>
/// <param name="listen">Makes the socket for the address.</param>
/// <param name="answer">Answers every request.</param>
/// <param name="loggers">The log.</param>
internal sealed class HttpServer(
    KestrelServerOptions options, Func<EndPoint, Socket> listen, RequestDelegate answer, ILoggerFactory loggers)
    : IHttpApplication<HttpContext>, IDisposable
{
    private readonly KestrelServer _server = new(
        Options.Create(options),
        new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = listen }), loggers),
        loggers);

    /// <summary>On the plugin socket.</summary>
    public HttpServer(PluginSocket socket, RequestDelegate answer, ILoggerFactory loggers)
        : this(socket.KestrelOptions(), _ => socket.Listen(), answer, loggers)
    {
    }

    /// <summary>Listens, and answers from now on.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(this, cancellationToken);

    /// <summary>Accepts no more connections and waits for the calls that run, at most until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => answer(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing.
    }

    public void Dispose() => _server.Dispose();
}
