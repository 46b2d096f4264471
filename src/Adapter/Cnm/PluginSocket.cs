using System.Net.Sockets;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Service;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// The socket in Docker's plugin directory. It appears under its name only when it is bound, closed to everyone but root, and listening:
/// Docker takes every socket there for a plugin, and waits 15 s for one that nobody serves. For the same reason it is removed at the end.
/// </summary>
internal static class PluginSocket
{
    private const int Backlog = 512;
    private const string BeingMade = ".new";

    /// <summary>Before anything is begun that a failure to listen would leave half done.</summary>
    /// <exception cref="ServiceException">Something stands where the socket is to be that is not ours to remove.</exception>
    public static void RequirePlace(string path)
    {
        foreach (var place in new[] { path, path + BeingMade })
        {
            if (LibC.KindOf(place) is { } kind and not (FileKind.Socket or FileKind.File))
            {
                throw new ServiceException($"{place} is a {kind.Text()}, where cnm-cni puts its socket. Look at it, then remove it, or choose another path with the setting `socket`.");
            }
        }
    }

    public static Socket Listen(string path)
    {
        MakeDirectory(Path.GetDirectoryName(path)!);
        var beingMade = path + BeingMade;
        File.Delete(beingMade);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(beingMade));
            File.SetUnixFileMode(beingMade, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            File.Move(beingMade, path, overwrite: true);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // As dockerd makes /run/docker, which holds more than this: for root alone, each that is missing.
    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            MakeDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static void Remove(string path) => File.Delete(path);
}
