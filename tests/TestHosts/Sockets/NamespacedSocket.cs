using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bridge.TestHosts.Sockets;

/// <summary>
/// Creates sockets in another network namespace. A socket stays in the namespace of its creation (network_namespaces(7)), so only
/// its creation needs a thread in that namespace.
/// </summary>
internal static partial class NamespacedSocket
{
    private const int CLONE_NEWNET = 0x40000000;
    private const int Attempts = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static Socket Create(string namespacePath, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        using var target = File.OpenHandle(namespacePath);
        Socket? socket = null;
        Exception? failure = null;
        // The thread stays in the namespace and ends here: it must never go back to a pool.
        var thread = new Thread(() =>
        {
            try
            {
                if (SetNs(target, CLONE_NEWNET) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Entering the namespace {namespacePath} failed");

                socket = new Socket(family, type, protocol);
            }
            catch (Exception exception) when (exception is Win32Exception or SocketException)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException($"No socket in {namespacePath}.", failure);
    }

    /// <summary>
    /// A socket with this address. A process that is being started has the sockets of this one until its exec, those too that were closed
    /// meanwhile: a port that has just been used is free a moment later.
    /// </summary>
    /// <exception cref="SocketException">Somebody has the address for longer than a moment, or it cannot be used.</exception>
    public static Socket CreateBound(string namespacePath, IPEndPoint address, SocketType type, ProtocolType protocol)
    {
        var socket = Create(namespacePath, address.AddressFamily, type, protocol);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                socket.Bind(address);
                return socket;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < Attempts)
            {
                Thread.Sleep(Pause);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle fd, int nstype);
}
