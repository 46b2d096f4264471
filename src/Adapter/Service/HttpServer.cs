using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Bridge.Adapter.Service;

/// <summary>
/// Kestrel on the plugin socket, without ASP.NET Core's host around it, whose start costs as much as all the rest of the daemon's.
/// </summary>
internal sealed class HttpServer(PluginSocket socket, RequestDelegate answer, ILoggerFactory loggers)
    : IHttpApplication<HttpContext>, IDisposable
{
    // Plugins receive the trace of the call that they serve (W3C trace context).
    private static readonly DistributedContextPropagator Propagator = DistributedContextPropagator.CreateW3CPropagator();

    private readonly KestrelServer _server = new(
        Options.Create(socket.KestrelOptions()),
        new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { CreateBoundListenSocket = _ => socket.Listen() }), loggers),
        loggers);

    /// <summary>Listens, and answers from now on.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(this, cancellationToken);

    /// <summary>Accepts no more connections and waits for the calls that run, at most until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var activity = Activity(context.Request.Headers);
        await answer(context);
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // It holds nothing.
    }

    public void Dispose() => _server.Dispose();

    private static Activity Activity(IHeaderDictionary headers)
    {
        var activity = new Activity("call");
        Propagator.ExtractTraceIdAndState(headers, Header, out var parent, out var state);
        if (parent is not null)
        {
            activity.SetParentId(parent);
            activity.TraceStateString = state;
        }

        foreach (var (key, value) in Propagator.ExtractBaggage(headers, Header) ?? [])
            activity.AddBaggage(key, value);

        return activity.Start();
    }

    private static void Header(object? headers, string name, out string? value, out IEnumerable<string>? values)
    {
        var found = ((IHeaderDictionary)headers!)[name];
        value = found.Count == 1 ? found[0] : null;
        values = found.Count > 1 ? found.OfType<string>() : null;
    }
}
