using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Service;

/// <summary>
/// The socket in Docker's plugin directory. It appears under its name only when it is bound, closed to everyone but root, and listening:
/// Docker takes every socket there for a plugin, and waits 15 s for one that nobody serves. For the same reason it is removed at the end.
/// </summary>
/// <param name="path">Its name.</param>
/// <param name="spare">A second name, which Docker does not look at: with it the first can be made again for as long as we listen.</param>
/// <param name="inherited">The socket, where a service manager has made it; null: it is ours to make, and to remove.</param>
internal sealed class PluginSocket(string path, string spare, Socket? inherited)
{
    private const int Backlog = 512;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private (uint, uint, ulong)? _identity;

    public string Path => path;

    private string BeingMade => path + ".new";

    public bool IsInherited => inherited is not null;

    /// <summary>Before anything is begun that a failure to listen would leave half done.</summary>
    /// <exception cref="ServiceException">Another process listens there, or something stands there that is not ours to remove.</exception>
    public void RequirePlace()
    {
        if (inherited is not null)
            return;

        MakeDirectory();
        foreach (var place in new[] { path, BeingMade, spare })
        {
            if (Obstacle(place) is { } obstacle)
                throw new ServiceException($"{place} is a {obstacle}, where cnm-cni puts its socket. Look at it, then remove it, or choose another path with the setting {(place == spare ? "`runDirectory`" : "`socket`")}.");
        }

        if (IsServed())
            throw new ServiceException($"Another process listens on {path}: probably another cnm-cni, which Docker's calls go to. Stop it, or give this one another socket (setting `socket`).");
    }

    public Socket Listen()
    {
        if (inherited is not null)
        {
            _identity = LibC.TryIdentity(path);
            return inherited;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Name(beingMade =>
            {
                socket.Bind(new UnixDomainSocketEndPoint(beingMade));
                File.SetUnixFileMode(beingMade, OwnerOnly);
                socket.Listen(Backlog);

                // Before anybody can see it, and take it away.
                _identity = LibC.TryIdentity(beingMade);
                File.Delete(spare);
                _ = LibC.TryLink(beingMade, spare); // In another file system there is none.
            });
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is at the socket's name now.</summary>
    public SocketState Look() => LibC.TryIdentity(path) is var found && found is not null && found == _identity
        ? SocketState.Ours
        : IsServed() ? SocketState.Anothers : SocketState.Gone;

    /// <summary>Gives the socket its name back.</summary>
    public bool TryRestore()
    {
        if (inherited is not null || LibC.TryIdentity(spare) != _identity)
            return false;

        Name(beingMade => _ = LibC.TryLink(spare, beingMade));
        return Look() == SocketState.Ours;
    }

    /// <summary>At the end.</summary>
    public void Remove()
    {
        if (inherited is null)
        {
            File.Delete(spare);
            if (LibC.TryIdentity(path) == _identity)
                File.Delete(path);
        }
    }

    // An empty file may be what a power cut has left of a socket, and nobody misses it.
    private static string? Obstacle(string place) => LibC.KindOf(place) switch
    {
        null or FileKind.Socket => null,
        FileKind.File => new FileInfo(place).Length > 0 ? "file with something in it" : null,
        { } kind => kind.Text(),
    };

    private void Name(Action<string> make)
    {
        MakeDirectory();
        File.Delete(BeingMade);
        make(BeingMade);
        File.Move(BeingMade, path, overwrite: true);
    }

    // As dockerd makes /run/docker, which holds more than this: for root alone, each that is missing.
    private void MakeDirectory() => MissingDirectory.Make(System.IO.Path.GetDirectoryName(path)!, parents: MissingDirectory.OwnerOnly);

    private bool IsServed()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.WouldBlock; // Its backlog is full.
        }
    }
}

/// <summary>What is at the name of our socket.</summary>
internal enum SocketState
{
    Ours,

    /// <summary>Nothing, or something on which nobody listens.</summary>
    Gone,

    /// <summary>A socket on which somebody else listens.</summary>
    Anothers,
}

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
