using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Tests.Attachments;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.HostPorts;

public sealed class PortReservationsTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("state").FullName;
    private readonly Journal _journal;
    private readonly PortReservations _ports;

    public PortReservationsTests()
    {
        _journal = new Journal(_state, Path.Combine(_state, "records"));
        _journal.Load();
        _ports = new PortReservations(_journal, TimeProvider.System, NullLogger<PortReservations>.Instance);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task A_chosen_port_was_free_and_is_held(string protocol)
    {
        var mapping = Reserve("e1", [new RequestedPort(protocol, 80, "127.0.0.1", 0, 0)]).Should().ContainSingle().Subject;
        mapping.HostPort.Should().BeInRange(1024, 65535);
        OtherProgram.Bind(protocol, mapping.HostPort).Should().Be(SocketError.AddressAlreadyInUse);
        _ports.Release("e1");
        await OtherProgram.GetsAsync(protocol, mapping.HostPort);
    }

    [Fact]
    public void A_taken_port_is_refused_with_its_owner()
    {
        var port = Reserve("e1", [new RequestedPort("tcp", 80, "", 0, 0)])[0].HostPort;
        _journal.Attachments.Bring(Records.Joined("e1") with { ContainerName = "web" });
        var second = () => Reserve("e2", [new RequestedPort("tcp", 81, "127.0.0.1", port, port)]);
        second.Should().Throw<CnmException>().WithMessage(
            $"host port 127.0.0.1:{port}/tcp for container port 81 is published by container web already. Choose another host port, or " +
            $"use -p 81 for any free port.");
    }

    [Fact]
    public async Task A_port_of_a_program_on_the_host_is_refused_and_no_port_of_the_list_stays_reserved()
    {
        using var program = new TcpListener(IPAddress.Loopback, 0);
        program.Start();
        var taken = ((IPEndPoint)program.LocalEndpoint).Port;
        var free = Reserve("e0", [new RequestedPort("tcp", 1, "127.0.0.1", 0, 0)])[0].HostPort;
        _ports.Release("e0");
        await OtherProgram.GetsAsync("tcp", free);
        var reserve =
            () => Reserve(
                "e1", [new RequestedPort("tcp", 80, "127.0.0.1", free, free), new RequestedPort("tcp", 81, "127.0.0.1", taken, taken)]);
        reserve.Should().Throw<CnmException>().WithMessage(
            $"host port 127.0.0.1:{taken}/tcp for container port 81 is in use by another program on this host*");
        await OtherProgram.GetsAsync("tcp", free);
    }

    [Theory]
    [InlineData("", "127.0.0.1", false)]
    [InlineData("", "::1", false)]
    [InlineData("0.0.0.0", "127.0.0.1", false)]
    [InlineData("0.0.0.0", "::1", true)]
    [InlineData("::", "127.0.0.1", true)]
    [InlineData("::", "::1", false)]
    [InlineData("::1", "127.0.0.1", true)]
    [InlineData("::1", "::1", false)]
    [InlineData("127.0.0.1", "::1", true)]
    public void A_port_is_held_for_just_the_families_that_were_asked_for(string hostIp, string other, bool isFree)
    {
        foreach (var protocol in new[] { "tcp", "udp" })
        {
            var port = Reserve("e1", [new RequestedPort(protocol, 80, hostIp, 0, 0)])[0].HostPort;
            OtherProgram.Bind(protocol, port, other).Should().Be(isFree ? SocketError.Success : SocketError.AddressAlreadyInUse);
        }
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("", "::1", false)]
    [InlineData("::", "::1", false)]
    [InlineData("::", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "::1", true)]
    [InlineData("0.0.0.0", "127.0.0.1", false)]
    public void Two_containers_share_a_port_number_only_where_their_host_addresses_differ(string first, string second, bool areBothHeld)
    {
        var port = Reserve("e1", [new RequestedPort("tcp", 80, first, 0, 0)])[0].HostPort;
        var reserve = () => Reserve("e2", [new RequestedPort("tcp", 80, second, port, port)]);
        if (areBothHeld)
            reserve.Should().NotThrow();
        else
            reserve.Should().Throw<CnmException>().WithMessage(
                $"host port {(second == "::1"
                    ? "[::1]:"
                    : second.Length > 0 ? second + ":" : "")}{port}/tcp * published by the container with endpoint e1 already*");
    }

    [Fact]
    public void A_program_that_listens_on_IPv6_only_owns_the_port_too()
    {
        using var program = new TcpListener(IPAddress.IPv6Loopback, 0);
        program.Start();
        var taken = ((IPEndPoint)program.LocalEndpoint).Port;
        var reserve = () => Reserve("e1", [new RequestedPort("tcp", 80, "", taken, taken)]);
        reserve.Should().Throw<CnmException>().WithMessage("*in use by another program on this host*");
    }

    [Fact]
    public void Of_a_range_the_first_free_port_is_taken()
    {
        using var program = new TcpListener(IPAddress.Loopback, 0);
        program.Start();
        var taken = ((IPEndPoint)program.LocalEndpoint).Port;
        var end = Math.Min(taken + 20, 65535);
        Reserve("e1", [new RequestedPort("tcp", 80, "127.0.0.1", taken, end)])[0].HostPort.Should().BeInRange(taken + 1, end);
    }

    [Fact]
    public void An_address_that_the_host_does_not_have_is_refused_with_that_reason()
    {
        var reserve = () => Reserve("e1", [new RequestedPort("tcp", 80, "192.0.2.1", 8080, 8080)]);
        reserve.Should().Throw<CnmException>().WithMessage("*is impossible, because the host does not have that address*");
    }

    [Theory]
    [InlineData("", "0.0.0.0", "tcp", false)]
    [InlineData("127.0.0.1", "0.0.0.0", "tcp", false)]
    [InlineData("127.0.0.1", "127.0.0.2", "tcp", true)]
    [InlineData("::", "0.0.0.0", "tcp", true)]
    [InlineData("::1", "::", "tcp", false)]
    [InlineData("", "0.0.0.0", "udp", true)]
    public void A_port_that_another_runtime_publishes_is_refused_with_its_owner(
        string hostIp, string itsHostIp, string itsProtocol, bool isFree)
    {
        var port = Reserve("e0", [new RequestedPort("tcp", 80, hostIp, 0, 0)])[0].HostPort;
        _ports.Release("e0");
        var reserve =
            () => Reserve("e1", [new RequestedPort("tcp", 80, hostIp, port, port)],
                [new ForeignPort(itsProtocol, itsHostIp, port, "pod default/web")]);
        if (isFree)
            reserve.Should().NotThrow();
        else
            reserve.Should().Throw<CnmException>().WithMessage(
                $"host port *{port}/tcp for container port 80 is published by pod default/web already. Choose another host port*");
    }

    [Fact]
    public void A_port_that_another_runtime_publishes_is_not_chosen()
    {
        // All but one of those that the kernel may choose: this process is the only one that knows.
        var range =
            File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(
                int.Parse).ToArray();
        var chosen = Reserve("e0", [new RequestedPort("tcp", 80, "127.0.0.1", 0, 0)])[0].HostPort;
        var foreign =
            Enumerable.Range(range[0], range[1] - range[0] + 1).Where(port => port % 4 != 0).Select(
                port => new ForeignPort("tcp", "0.0.0.0", port, "p")).ToArray();

        (Reserve("e1", [new RequestedPort("tcp", 80, "127.0.0.1", 0, 0)], foreign)[0].HostPort % 4).Should().Be(0);

        _ports.Release("e0");
        Reserve("e2", [new RequestedPort("tcp", 80, "127.0.0.1", chosen, chosen + 1)],
            [new ForeignPort("tcp", "0.0.0.0", chosen, "p")])[0].HostPort.Should().Be(chosen + 1);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    public async Task A_port_that_is_requested_twice_is_refused_as_such(string first, string second)
    {
        var port = Reserve("e0", [new RequestedPort("tcp", 80, "", 0, 0)])[0].HostPort;
        _ports.Release("e0");
        await OtherProgram.GetsAsync("tcp", port);
        var reserve =
            () => Reserve(
                "e1", [new RequestedPort("tcp", 80, first, port, port), new RequestedPort("tcp", 81, second, port, port)]);
        reserve.Should().Throw<CnmException>().WithMessage(
            $"host port *{port}/tcp is requested twice, for container ports 80 and 81. Omit one of them*");
        await OtherProgram.GetsAsync("tcp", port);

        Reserve("e2", [new RequestedPort("tcp", 80, first, port, port), new RequestedPort("tcp", 80, first, port, port)])
            .Should().ContainSingle();
    }

    [Fact]
    public void Ports_in_force_from_an_earlier_process_are_held_again()
    {
        var port = OtherProgram.FreePort();
        _ports.Restore(Records.Joined("e1") with { PublishedPorts = [new PortMapping(port, 80, "tcp", "127.0.0.1")] });
        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
    }

    public void Dispose()
    {
        _ports.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private IReadOnlyList<PortMapping> Reserve(
        string endpointId, IReadOnlyList<RequestedPort> requests, IReadOnlyList<ForeignPort>? foreign = null) =>
        _ports.ReserveAsync(endpointId, requests, foreign ?? [], Cancellation).GetAwaiter().GetResult();
}
