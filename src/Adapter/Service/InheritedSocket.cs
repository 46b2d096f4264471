using System.Net.Sockets;
using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>
/// The listening socket that a service manager passes to the process, and keeps while no process runs: a client that connects meanwhile
/// waits for the next one. The service manager creates and removes its file. See sd_listen_fds(3).
/// </summary>
internal static class InheritedSocket
{
    // SD_LISTEN_FDS_START.
    private const int FirstDescriptor = 3;

    private const string NoSocket = "something that is not a socket of a known family";

    /// <returns>Null when the service manager passes none.</returns>
    /// <exception cref="ServiceException">It is not the socket of the settings.</exception>
    public static Socket? Take(ServiceEnvironment environment, string path) => environment.InheritedSockets switch
    {
        0 => null,
        1 => Checked(Open(path), path),
        var several => throw Refusal(path, $"{several} sockets"),
    };

    private static Socket Open(string path)
    {
        var handle = new SafeSocketHandle(FirstDescriptor, ownsHandle: true);
        try
        {
            LibC.CloseOnExec(handle); // Plugins must not inherit it.
            return new Socket(handle);
        }
        catch (Exception unusable) when (unusable is SocketException or KernelException)
        {
            throw Refusal(path, NoSocket, unusable);
        }
    }

    private static Socket Checked(Socket socket, string path)
    {
        var found = socket switch
        {
            { AddressFamily: AddressFamily.Unknown } => NoSocket,
            { AddressFamily: not AddressFamily.Unix } => $"a socket of family {socket.AddressFamily}",
            { SocketType: not SocketType.Stream } => $"a unix socket of type {socket.SocketType} ({socket.LocalEndPoint})",
            _ when !IsListening(socket) => "a unix stream socket that does not listen",
            _ when socket.LocalEndPoint?.ToString() != path => $"a unix stream socket bound to {socket.LocalEndPoint}",
            _ => null,
        };
        return found is null ? socket : throw Refusal(path, found);
    }

    private static bool IsListening(Socket socket) =>
        (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)! != 0;

    private static ServiceException Refusal(string path, string found, Exception? cause = null) => new(
        $"The service manager passed {found}; cnm-cni expects one listening unix stream socket bound to {path}. " +
        "The socket unit's ListenStream and the setting `socket` must name the same path (cnm-cni settings prints the setting).",
        cause);
}
