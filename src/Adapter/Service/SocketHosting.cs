using System.Net;

namespace Bridge.Adapter.Service;

/// <summary>The web server's settings for a peer like Docker.</summary>
internal static class SocketHosting
{
    private const int LargestRequest = 1 << 20;

    // Not Timeout.InfiniteTimeSpan: Kestrel adds the limit to its clock, the sum overflows, and idle connections are closed within a second.
    private static readonly TimeSpan PracticallyForever = TimeSpan.FromDays(3650);

    /// <param name="web">The web server.</param>
    /// <param name="socket">Its socket.</param>
    public static void UseBridgeSocket(this ConfigureWebHostBuilder web, PluginSocket socket)
    {
        web.UseKestrelCore();
        web.UseSockets(transport => transport.CreateBoundListenSocket = _ => socket.Listen());
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;

            // From a request's first byte on; Docker sends each in one go. Bodies that trickle are ended by the server's own least rate.
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

            // Docker never closes an idle connection; if we did at the wrong moment, it would repeat the call with an empty body.
            kestrel.Limits.KeepAliveTimeout = PracticallyForever;
            kestrel.ListenUnixSocket(socket.Path);
        });
    }
}
