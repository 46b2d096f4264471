using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.Tests.Sandboxes;
using Bridge.Adapter.Ui.Traffic;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>What the kernel tells of a container on a bridge, and of its connections, in a host of the test's own.</summary>
public sealed class TrafficTests : IDisposable
{
    private const string Container = "10.88.0.2";
    private const string Host = "10.88.0.1";
    private const string Mac = "02:00:00:00:00:02";

    private readonly ThrowAwayHost _host = new();

    public TrafficTests()
    {
        Tool.Ip(_host.HostPath, "link add br0 type bridge");
        Tool.Ip(_host.HostPath, $"link add veth0 type veth peer name eth0 address {Mac} netns {_host.SandboxPath}");
        Tool.Ip(_host.HostPath, "link set veth0 master br0 up");
        Tool.Ip(_host.HostPath, $"addr add {Host}/24 dev br0");
        Tool.Ip(_host.HostPath, "link set br0 up");
        Tool.Ip(_host.HostPath, "link set lo up");
        Tool.Ip(_host.SandboxPath, $"addr add {Container}/24 dev eth0");
        Tool.Ip(_host.SandboxPath, "link set eth0 up");
        Tool.Ip(_host.SandboxPath, $"route add default via {Host}");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_hosts_end_is_found_by_the_result_or_by_the_port_on_which_the_bridge_has_seen_the_MAC()
    {
        Ping();
        using var netlink = _host.Namespace.OpenNetlink();

        var links = HostLinks.Read(netlink);

        links.EndOf(["br0", "veth0"], null).Should().Be("veth0");
        links.EndOf([], Mac.ToUpperInvariant()).Should().Be("veth0");
        links.EndOf(["gone", "br0"], Mac).Should().Be("veth0");
        links.EndOf(["br0"], "02:00:00:00:00:99").Should().BeNull();
        links.MacOf(Container).Should().Be(Mac);
        links.OwnAddresses.Should().Contain(Host);
        links.AddressesOf(links.Find("br0")!).Should().Contain($"{Host}/24");
    }

    [Fact]
    public async Task What_a_container_receives_is_what_the_hosts_end_sends()
    {
        using var netlink = _host.Namespace.OpenNetlink();
        var links = HostLinks.Read(netlink);
        var rates = new LinkRates(netlink, TimeProvider.System);
        IReadOnlySet<string> wanted = new HashSet<string> { "veth0" };
        Ping();
        rates.Read(links, wanted).Should().BeEmpty();

        // Nothing listens there: no answer to broadcasts, so only the container receives.
        for (var packet = 0; packet < 20; packet++)
            Send("10.88.0.255", new byte[1000]);

        var rate = rates.Read(links, wanted).Should().ContainKey("veth0").WhoseValue;
        rate.Received.Should().BeGreaterThan(10 * Math.Max(1, rate.Sent));
        await Eventually.TrueAsync(() => rates.Read(links, wanted) is { Count: 0 }, "the link is quiet");
    }

    [Fact]
    public async Task A_connection_through_a_published_port_is_seen_when_it_begins_and_while_packets_pass()
    {
        Assert.SkipUnless(Tool.Exists("iptables"), "translating a port needs iptables");
        Tool.Run("nsenter", $"--net={_host.HostPath}", "iptables", "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-d", Host, "--dport", "8080",
            "-j", "DNAT", "--to-destination", $"{Container}:80");
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);
        using var server = sandbox.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        server.Bind(new IPEndPoint(IPAddress.Any, 80));
        server.Listen();
        using var socket = _host.Namespace.Run(() => NetlinkSocket.Open(Nfnetlink.NETLINK_NETFILTER));
        var connections = new Connections(socket, TimeProvider.System);
        var keys = new Dictionary<AddressNumber, string> { [AddressNumber.Parse(Container)!.Value] = "e:1" };
        IReadOnlySet<AddressNumber> own = new HashSet<AddressNumber> { AddressNumber.Parse(Host)!.Value };
        connections.Read(keys, own).Seen.Should().BeEmpty();

        using var client = _host.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(Host), 8080), Cancellation);
        using var accepted = await server.AcceptAsync(Cancellation);
        await SecondAsync();
        var begun = connections.Read(keys, own);
        await client.SendAsync(new byte[] { 1 }, Cancellation);
        await SecondAsync();
        var active = connections.Read(keys, own);
        await SecondAsync();
        await SecondAsync();
        connections.Read(keys, own);
        await SecondAsync();
        var quiet = connections.Read(keys, own);

        begun.Seen.Should().Equal(new SeenConnection("host", "e:1", "tcp", 80, IsNew: true));
        active.Seen.Should().Equal(new SeenConnection("host", "e:1", "tcp", 80, IsNew: false));
        quiet.Seen.Should().BeEmpty();
        active.More.Should().Be(0);
    }

    [Theory]
    [InlineData(432000u, 432000u, true)] // Renewed at the same point of a second.
    [InlineData(431999u, 431998u, false)]
    [InlineData(431999u, 431997u, false)] // A second and a little more have passed.
    [InlineData(431000u, 431999u, true)]
    [InlineData(431999u, 119u, true)] // Its last packets: it closes.
    public void A_packet_is_seen_by_the_time_after_which_a_connection_is_forgotten(uint before, uint now, bool isSeen) =>
        Connections.HasPacket(With(before), With(now), 1.02).Should().Be(isSeen);

    [Theory]
    [InlineData(5ul, 6ul, true)]
    [InlineData(5ul, 5ul, false)]
    public void Where_packets_are_counted_the_counters_say_it(ulong before, ulong now, bool isSeen) =>
        Connections.HasPacket(With(432000) with { Packets = before }, With(432000) with { Packets = now }, 1.02).Should().Be(isSeen);

    private static TrackedConnection With(uint timeout) => default(TrackedConnection) with { Timeout = timeout };

    private static Task SecondAsync() => Task.Delay(TimeSpan.FromMilliseconds(1020), TimeProvider.System, Cancellation);

    private void Ping()
    {
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);
        using var socket = sandbox.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        Eventually.TrueAsync(
            () =>
            {
                socket.SendTo([1], new IPEndPoint(IPAddress.Parse(Host), 9));
                using var netlink = _host.Namespace.OpenNetlink();
                var links = HostLinks.Read(netlink);
                return links.MacOf(Container) == Mac && links.EndOf([], Mac) == "veth0";
            },
            "the bridge has learned the MAC").Wait(Cancellation);
    }

    private void Send(string address, byte[] bytes)
    {
        using var socket = _host.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.EnableBroadcast = true;
        socket.SendTo(bytes, new IPEndPoint(IPAddress.Parse(address), 9));
    }
}
