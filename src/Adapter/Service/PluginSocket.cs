using System.Net.Sockets;
using CniInvoker;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bridge.Adapter.Service;

/// <summary>
/// The socket in Docker's plugin directory, where the web server listens. It appears under its name only once it is bound, open to root
/// alone, and listening: Docker takes every socket there for a plugin, and waits 15 s for one that nobody serves (moby
/// pkg/plugins/client.go). For the same reason it is removed at shutdown.
/// </summary>
/// <param name="path">Its path.</param>
/// <param name="spare">A second hard link outside Docker's directory. As long as cnm-cni listens, the first can be restored from
/// it.</param>
/// <param name="inherited">The socket of a service manager, which also owns the file; null without one.</param>
internal sealed class PluginSocket(string path, string spare, Socket? inherited)
{
    private const int Backlog = 512;
    private const int LargestRequest = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Not Timeout.InfiniteTimeSpan: Kestrel adds the limit to its clock, the sum overflows, and idle connections are closed within a
    // second.
    private static readonly TimeSpan PracticallyForever = TimeSpan.FromDays(3650);

    private FileIdentity? _identity;

    public string Path => path;

    private string Temporary => path + ".new";

    public bool IsInherited => inherited is not null;

    /// <summary>Checks the path before anything starts that a failure to listen would leave half done.</summary>
    /// <exception cref="ServiceException">Another process listens there, or the path is taken by something that cnm-cni may not
    /// remove.</exception>
    public void RequireFree()
    {
        if (inherited is not null)
            return;

        MakeDirectory();
        foreach (var taken in new[] { path, Temporary, spare })
        {
            if (Obstacle(taken) is { } obstacle)
            {
                throw new ServiceException(
                    $"{taken} is a {obstacle}, where cnm-cni puts its socket. Inspect it, then remove it, " +
                    $"or choose another path with the setting {(taken == spare ? "`runDirectory`" : "`socket`")}.");
            }
        }

        if (IsServed())
        {
            throw new ServiceException(
                $"Another process listens on {path}: probably another cnm-cni, which receives Docker's calls. " +
                "Stop it, or give this one another socket (setting `socket`).");
        }
    }

    /// <summary>The web server's options for this socket and for Docker as its client.</summary>
    public KestrelServerOptions KestrelOptions()
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = LargestRequest;

        // Counted from a request's first byte; Docker sends each request at once. Kestrel's minimum data rate ends bodies that trickle.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Docker never closes an idle connection. If cnm-cni closed it at the wrong moment, Docker would repeat the call with an empty
        // body (moby#39331).
        kestrel.Limits.KeepAliveTimeout = PracticallyForever;
        kestrel.ListenUnixSocket(path);
        return kestrel;
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
            Publish(temporary =>
            {
                socket.Bind(new UnixDomainSocketEndPoint(temporary));
                File.SetUnixFileMode(temporary, OwnerOnly);
                socket.Listen(Backlog);

                // Before the socket has its name, under which another process could replace it.
                _identity = LibC.TryIdentity(temporary);
                File.Delete(spare);
                _ = LibC.TryLink(temporary, spare); // Impossible in another file system: then there is no spare.
            });
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What is at the socket's path now.</summary>
    public SocketState Look() => LibC.TryIdentity(path) is var found && found is not null && found == _identity
        ? SocketState.Ours
        : IsServed() ? SocketState.Anothers : SocketState.Gone;

    /// <summary>Links the socket to its path again.</summary>
    public bool TryRestore()
    {
        if (inherited is not null || LibC.TryIdentity(spare) != _identity)
            return false;

        Publish(temporary => _ = LibC.TryLink(spare, temporary));
        return Look() == SocketState.Ours;
    }

    /// <summary>Removes the files at shutdown.</summary>
    public void Remove()
    {
        if (inherited is not null)
            return;

        File.Delete(spare);
        if (LibC.TryIdentity(path) == _identity)
            File.Delete(path);
    }

    // An empty file may be what a power failure left of a socket.
    private static string? Obstacle(string place) => LibC.KindOf(place) switch
    {
        null or FileKind.Socket => null,
        FileKind.File => new FileInfo(place).Length > 0 ? "file with something in it" : null,
        { } kind => kind.Text(),
    };

    private void Publish(Action<string> make)
    {
        MakeDirectory();
        File.Delete(Temporary);
        make(Temporary);
        File.Move(Temporary, path, overwrite: true);
    }

    // With the rights that dockerd gives /run/docker, which holds other things too: root alone.
    private void MakeDirectory() => HostDirectories.Create(System.IO.Path.GetDirectoryName(path)!, parents: HostDirectories.OwnerOnly);

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

/// <summary>What is at the path of cnm-cni's socket.</summary>
internal enum SocketState
{
    Ours,

    /// <summary>Nothing, or something on which no process listens.</summary>
    Gone,

    /// <summary>A socket on which another process listens.</summary>
    Anothers,
}
