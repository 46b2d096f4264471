using Bridge.Adapter.Tests.HostPorts;
using Bridge.Adapter.Tests.State;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>Published ports that somebody took while the daemon was not running.</summary>
[Collection("links of the host")]
public sealed class ContestedPortTests
{
    private const string Kind = "contested-port";

    [Fact]
    public async Task A_port_that_a_program_has_taken_is_reported_and_held_again_after_the_program_ended()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        using var program = new TcpListener(IPAddress.Loopback, 0);
        program.Start();
        var port = ((IPEndPoint)program.LocalEndpoint).Port;
        Publish(bench, port);
        await bench.StartAsync(Cancellation);

        (await bench.StatusAsync()).Findings.Should().Contain(finding => finding.Kind == Kind, "the look at the start has seen it");
        var told = (await bench.RepairAsync(dryRun: false)).Findings.Single(finding => finding.Kind == Kind);
        told.State.Should().Be(FindingState.Reported);
        told.What.Should().Contain("web");
        told.Why.Should().Contain($"{port}/tcp").And.Contain("ss -lnp");

        program.Stop();
        await BecomesAsync(bench, FindingState.WouldBeRepaired, dryRun: true);
        await OtherProgram.GetsAsync("tcp", port); // A dry run holds nothing.
        await BecomesAsync(bench, FindingState.Repaired, dryRun: false);
        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
        (await bench.RepairAsync(dryRun: false)).Findings.Should().NotContain(finding => finding.Kind == Kind);
    }

    [Fact]
    public async Task A_port_that_nobody_took_is_held_and_not_reported()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromHours(1));
        var port = OtherProgram.FreePort();
        Publish(bench, port);

        await bench.StartAsync(Cancellation);

        OtherProgram.Bind("tcp", port).Should().Be(SocketError.AddressAlreadyInUse);
        (await bench.RepairAsync(dryRun: true)).Findings.Should().NotContain(finding => finding.Kind == Kind);
    }

    private static void Publish(RepairBench bench, int port)
    {
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");
        var record = bench.Attachment("10.66.0.5/24");
        bench.Journal.Attachments.Bring(record with
        {
            RequestedPorts = [new RequestedPort("tcp", 80, "127.0.0.1", port, port)],
            PublishedPorts = [new PortMapping(port, 80, "tcp", "127.0.0.1")],
        });
        bench.MountNamespace(record.ContainerId);
        bench.WriteOwner("10.66.0.5", record.ContainerId);
    }

    private static Task BecomesAsync(RepairBench bench, FindingState state, bool dryRun) => Eventually.TrueAsync(
        async _ => (await bench.RepairAsync(dryRun)).Findings.Single(finding => finding.Kind == Kind).State == state,
        $"the finding is {state}", Cancellation);
}
