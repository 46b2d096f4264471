using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter.Tests.HostPorts;

/// <summary>
/// A program that wants a host port. Other tests start programs meanwhile, which have copies of all sockets of this process until they are
/// executed: a port that was released is free a moment later.
/// </summary>
internal static class OtherProgram
{
    // Below those that the kernel chooses (ip_local_port_range in ip(7)), and above those of services.
    private const int LowestPort = 15000;
    private const int HighestPort = 32000;

    /// <summary>
    /// A TCP port that no process has had just now: binding one to see whether it is free would make another socket to be copied.
    /// </summary>
    public static int FreePort()
    {
        var connections = string.Concat(new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).Select(File.ReadAllText));
        while (true)
        {
            var port = Random.Shared.Next(LowestPort, HighestPort);
            if (!connections.Contains($":{port:X4} ", StringComparison.Ordinal))
                return port;
        }
    }

    /// <summary>Waits until it can have the port.</summary>
    public static Task GetsAsync(string protocol, int port, string address = "127.0.0.1") =>
        Eventually.TrueAsync(() => Bind(protocol, port, address) == SocketError.Success, $"port {port} is free");

    /// <summary>Takes the port as most servers do, with SO_REUSEADDR, which .NET sets for TCP by itself; and releases it.</summary>
    public static SocketError Bind(string protocol, int port, string address = "127.0.0.1")
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(address), port);
        using var socket = protocol == "tcp"
            ? new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(endpoint);
            return SocketError.Success;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode;
        }
    }
}
