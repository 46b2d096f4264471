using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts.Sockets;

/// <summary>A point in the network from which a test connects and listens: the host, its neighbour, or a container.</summary>
public sealed class Vantage
{
    // For an answer that must not come. An expected answer gets more time: the machine may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _namespacePath;

    internal Vantage(string namespacePath) => _namespacePath = namespacePath;

    /// <summary>
    /// An HTTP GET. A server in a new container may not listen yet: for 30 s the request is repeated after a refusal, and after
    /// an engine's proxy has accepted and closed the connection.
    /// </summary>
    /// <returns>The body.</returns>
    /// <exception cref="SocketException">No server answers.</exception>
    /// <exception cref="OperationCanceledException">No answer within 30 s.</exception>
    public Task<string> GetAsync(string address, int port, CancellationToken cancellationToken) =>
        GetAsync(address, port, LongPatience, cancellationToken);

    private async Task<string> GetAsync(string address, int port, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await GetOnceAsync(address, port, deadline.Token);
            }
            catch (SocketException refusal) when (IsOfAServerThatStarts(refusal.SocketErrorCode)
                && Stopwatch.GetElapsedTime(started) < patience - Pause)
            {
                await Task.Delay(Pause, TimeProvider.System, deadline.Token);
            }
        }
    }

    private async Task<string> GetOnceAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var connection = NamespacedSocket.Create(_namespacePath, FamilyOf(address), SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(IPEndPoint(address, port), cancellationToken);
        await connection.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (await connection.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));

        var end = answer.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 ? answer.ToString(end + 4, answer.Length - end - 4) : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private static bool IsOfAServerThatStarts(SocketError error) =>
        error is SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.Shutdown;

    /// <returns>Whether an HTTP server answers there within 3 s.</returns>
    public async Task<bool> ServesAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await GetAsync(url.Host, url.Port, Patience, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <returns>Whether a TCP connection can be made.</returns>
    public async Task<bool> CanConnectAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        using var connection = NamespacedSocket.Create(_namespacePath, FamilyOf(address), SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await connection.ConnectAsync(IPEndPoint(address, port), deadline.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>A socket that listens for TCP connections over IPv4.</summary>
    public Socket Listen(int port)
    {
        var socket = Bound(new IPEndPoint(IPAddress.Any, port), SocketType.Stream, ProtocolType.Tcp);
        socket.Listen();
        return socket;
    }

    /// <summary>A socket for a TCP connection over IPv4.</summary>
    internal Socket OpenTcp() => NamespacedSocket.Create(_namespacePath, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A program of this machine, not of the host, that has only its network namespace in common with this point.</summary>
    public Task<CommandResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        Command.RunAsync(["nsenter", $"--net={_namespacePath}", "--", .. command], cancellationToken);

    /// <summary>Sends one datagram and waits for one.</summary>
    /// <returns>The answer; null when the port is closed, or after 30 s without an answer.</returns>
    public async Task<string?> AskByUdpAsync(string address, int port, string question, CancellationToken cancellationToken) =>
        await AskByUdpAsync(address, port, Encoding.UTF8.GetBytes(question), LongPatience, cancellationToken) is { } answer
            ? Encoding.UTF8.GetString(answer.Span)
            : null;

    /// <returns>The IPv4 address that a DNS server has for a name; null when it has none.</returns>
    public Task<string?> ResolveAsync(string name, string server, CancellationToken cancellationToken) =>
        ResolveAsync(name, server, LongPatience, cancellationToken);

    /// <summary>For names that must not be known: Docker before 28 answers nothing when the servers behind its own are silent.</summary>
    /// <returns>Whether the DNS server has no IPv4 address for a name, or is silent for 3 s.</returns>
    public async Task<bool> IsUnknownAsync(string name, string server, CancellationToken cancellationToken) =>
        await ResolveAsync(name, server, Patience, cancellationToken) is null;

    private async Task<string?> ResolveAsync(string name, string server, TimeSpan patience, CancellationToken cancellationToken) =>
        await AskByUdpAsync(server, 53, DnsQuestion.Ask(name), patience, cancellationToken) is { } answer
            ? DnsQuestion.ReadAnswer(answer.Span)
            : null;

    private async Task<ReadOnlyMemory<byte>?> AskByUdpAsync(
        string address, int port, byte[] question, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        using var socket = NamespacedSocket.Create(_namespacePath, FamilyOf(address), SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPEndPoint(address, port), cancellationToken);
        var answer = new byte[512];
        try
        {
            await socket.SendAsync(question, deadline.Token);
            return answer.AsMemory(0, await socket.ReceiveAsync(answer, deadline.Token));
        }
        catch (SocketException)
        {
            // ICMP: the port is closed.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Sends one datagram that must not be fragmented, to a port that sends it back, and waits for it for 3 s.</summary>
    /// <param name="address">IPv4.</param>
    /// <param name="port">Of the server.</param>
    /// <param name="size">Of the IP packet, in bytes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<Passage> SendWholeAsync(string address, int port, int size, CancellationToken cancellationToken)
    {
        const int Headers = 28; // IPv4 and UDP.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        using var socket = NamespacedSocket.Create(_namespacePath, FamilyOf(address), SocketType.Dgram, ProtocolType.Udp);
        socket.DontFragment = true;
        await socket.ConnectAsync(IPEndPoint(address, port), cancellationToken);
        var datagram = new byte[size - Headers];
        try
        {
            await socket.SendAsync(datagram, deadline.Token);
            return await socket.ReceiveAsync(datagram, deadline.Token) == datagram.Length ? Passage.Passed : Passage.Lost;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.MessageSize)
        {
            return Passage.Refused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Passage.Lost;
        }
    }

    /// <summary>Answers every datagram on a port with the same bytes.</summary>
    public IAsyncDisposable EchoUdp(int port) =>
        UdpServer.Echo(Bound(new IPEndPoint(IPAddress.Any, port), SocketType.Dgram, ProtocolType.Udp));

    /// <summary>A DNS server that has one address for every name.</summary>
    public IAsyncDisposable ServeNames(IPAddress address) =>
        UdpServer.Names(Bound(new IPEndPoint(IPAddress.Any, 53), SocketType.Dgram, ProtocolType.Udp), address);

    /// <summary>Tells every HTTP client the address that it has from here.</summary>
    public IAsyncDisposable ServeClientAddress(int port) =>
        new PageServer(Listen(port), visitor => ((IPEndPoint)visitor.RemoteEndPoint!).Address.ToString());

    /// <summary>Serves one page to every client over IPv4.</summary>
    public IAsyncDisposable ServePage(int port, string page) => ServePage(port, page, IPAddress.Any);

    /// <summary>Serves one page to every client of an address.</summary>
    public IAsyncDisposable ServePage(int port, string page, IPAddress address)
    {
        var socket = Bound(new IPEndPoint(address, port), SocketType.Stream, ProtocolType.Tcp);
        socket.Listen();
        return new PageServer(socket, page);
    }

    /// <summary>Makes a server on 127.0.0.1 of this point reachable under the same port of this process's namespace.</summary>
    /// <exception cref="SocketException">The port is taken in the namespace of this process.</exception>
    public TcpRelay Relay(int port) => new(_namespacePath, port);

    private static IPEndPoint IPEndPoint(string address, int port) => new(IPAddress.Parse(address), port);

    private static AddressFamily FamilyOf(string address) => IPAddress.Parse(address).AddressFamily;

    private Socket Bound(IPEndPoint address, SocketType type, ProtocolType protocol) =>
        NamespacedSocket.CreateBound(_namespacePath, address, type, protocol);
}
