using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Reachability.Probes;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Reachability;

/// <summary>Probes and listeners in namespaces of their own, joined by the cable that leads to the neighbour.</summary>
public sealed class ProbeTests : IDisposable
{
    private const string Near = "198.18.0.1";
    private const string Far = "198.18.0.2";
    private const string Near6 = "fd00:77::1";

    private readonly ThrowAwayHost _host = new();
    private readonly NeighbourHost _neighbour;

    public ProbeTests() => _neighbour = NeighbourHost.Connect(
        _host.Namespace, [IPNetwork.Parse("198.18.0.0/30"), IPNetwork.Parse("fd00:77::/64")]);

    public void Dispose()
    {
        _neighbour.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(Near)]
    [InlineData(Near6)]
    public async Task A_listener_is_reached_and_another_is_told_from_it(string address)
    {
        var (listener, at) = Listener.Start(_host.Namespace, echoes: true, new IPEndPoint(IPAddress.Parse(address), 0));
        await using var listening = listener;
        var probe = new ConnectionProbe(Patience);

        (await probe.RunAsync(_neighbour.Network, at[0], listener.Token, Cancellation)).IsReached.Should().BeTrue();
        (await probe.RunAsync(_neighbour.Network, at[0], new byte[Listener.TokenLength], Cancellation)).Problem
            .Should().Be("another owner of the address answered");
    }

    [Fact]
    public async Task A_closed_port_is_refused_and_a_dropped_packet_has_no_answer()
    {
        var probe = new ConnectionProbe(Patience);
        var closed = new IPEndPoint(IPAddress.Parse(Near), 9);

        (await probe.RunAsync(_neighbour.Network, closed, [], Cancellation)).Problem.Should().Be("refused");
        Tool.Run("nsenter", $"--net={_host.HostPath}", "ip", "link", "set", NeighbourHost.LinkName, "down");
        (await probe.RunAsync(_neighbour.Network, closed, [], Cancellation)).Problem.Should().BeOneOf(
            "no answer", "no route to the host, or nobody there");
    }

    [Theory]
    [InlineData(Near, true)]
    [InlineData(Near6, true)]
    [InlineData("fd00:77::99", false)]
    public async Task An_address_answers_a_ping_or_not(string address, bool answers) =>
        (await new EchoProbe(Patience).RunAsync(_neighbour.Network, IPAddress.Parse(address), Cancellation)).IsReached
            .Should().Be(answers);

    [Theory]
    [InlineData(Near, 1500)]
    [InlineData(Near6, 1500)]
    [InlineData(Near, 1400)]
    [InlineData(Near6, 1400)]
    public async Task The_largest_packet_is_that_of_the_smaller_end(string address, int mtu)
    {
        Tool.Ip(_host.HostPath, $"link set {NeighbourHost.LinkName} mtu {mtu}");
        var (listener, at) = Listener.Start(_host.Namespace, echoes: true, new IPEndPoint(IPAddress.Parse(address), 0));
        await using var listening = listener;

        (await new PacketProbe(TimeProvider.System).LargestAsync(_neighbour.Network, at[0], 1500, Cancellation)).Should().Be(mtu);
    }

    [Theory]
    [InlineData(1500, 1500)]
    [InlineData(1499, 1499)]
    [InlineData(1281, 1281)]
    [InlineData(1279, 0)]
    [InlineData(9000, 1500)]
    public async Task The_search_ends_at_the_size_that_passes(int passing, int found) =>
        (await PacketProbe.LargestAsync(1500, 1280, size => Task.FromResult(size <= passing))).Should().Be(found);

    [Fact]
    public async Task A_name_is_resolved_by_the_servers_of_the_resolver_file()
    {
        using var directory = new DirectoryOfTest();
        var file = directory.Write("# one\nsearch example\nnameserver 198.18.0.2\nnameserver nonsense\noptions edns0\n");
        using var server = Datagrams(_neighbour.Network, new IPEndPoint(IPAddress.Parse(Far), 53));
        var serving = ServeAsync(server, [192, 0, 2, 7]);
        var servers = ResolverFile.Servers(file);
        var probe = new NameProbe(Patience);

        servers.Should().Equal(IPAddress.Parse(Far));
        (await probe.RunAsync(_host.Namespace, servers, "web", false, [IPAddress.Parse("192.0.2.7")], Cancellation)).Problem
            .Should().BeNull();
        (await probe.RunAsync(_host.Namespace, servers, "web", false, [IPAddress.Parse("192.0.2.8")], Cancellation)).Problem
            .Should().Be("198.18.0.2 answered 192.0.2.7, not 192.0.2.8");
        (await probe.AnswersAsync(_host.Namespace, servers[0], "web", Cancellation)).IsReached.Should().BeTrue();
        (await probe.RunAsync(_host.Namespace, [], "web", false, [], Cancellation)).IsReached.Should().BeFalse();
        ResolverFile.Servers("/nonexistent").Should().BeEmpty();
        server.Dispose();
        await serving;
    }

    [Fact]
    public void The_host_sees_the_cable_and_it_goes_with_the_neighbour()
    {
        Tool.Ip(_host.HostPath, "-o address").Should().Contain($"{Near}/30").And.Contain($"{Near6}/64");
        HostView.Read(_host.Namespace).HasRouteTo(IPAddress.Parse(Far)).Should().BeTrue();

        _neighbour.Dispose();

        Tool.Ip(_host.HostPath, "-o link").Should().NotContain(NeighbourHost.LinkName);
        NeighbourHost.Remove(_host.Namespace).Should().BeFalse();
    }

    private static Patience Patience => new(TimeProvider.System);

    private static Socket Datagrams(NetworkNamespace network, IPEndPoint at)
    {
        var socket = NamespaceSocket.Datagrams(network, at.AddressFamily);
        socket.Bind(at);
        return socket;
    }

    private static async Task ServeAsync(Socket socket, byte[] address)
    {
        var question = new byte[512];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveFromAsync(question, new IPEndPoint(IPAddress.Any, 0), Cancellation);
                byte[] answer =
                [
                    question[0], question[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question[12..received.ReceivedBytes],
                    0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, .. address,
                ];
                await socket.SendToAsync(answer, received.RemoteEndPoint, Cancellation);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private sealed class DirectoryOfTest : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("resolver-");

        public string Write(string content)
        {
            var path = Path.Combine(_directory.FullName, "resolv.conf");
            File.WriteAllText(path, content);
            return path;
        }

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
