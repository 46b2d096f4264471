using System.Net.Sockets;

namespace Bridge.Adapter.Cnm;

/// <summary>
/// The socket in Docker's plugin directory. It appears under its name only when it is bound, closed to everyone but root, and listening:
/// Docker takes every socket there for a plugin, and waits 15 s for one that nobody serves. For the same reason it is removed at the end.
/// </summary>
internal static class PluginSocket
{
    private const int Backlog = 512;

    public static Socket Listen(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beingMade = path + ".new";
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

    public static void Remove(string path) => File.Delete(path);
}
