using System.ComponentModel;
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

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeFileHandle fd, int nstype);
}
