using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>
/// Published ports of a container whose gateway was on a network of another driver, which nobody tells us of when it leaves.
/// </summary>
[Collection("links of the host")]
public sealed class UnpublishedPortTests : IDisposable
{
    private const string Kind = "unpublished-port";

    private readonly ThrowAwayHost _host = new();

    public UnpublishedPortTests()
    {
        Tool.Ip(_host.HostPath, $"link add docker-peer up type veth peer name eth0 netns {_host.SandboxPath}");
        Tool.Ip(_host.SandboxPath, "addr add 172.17.0.2/16 dev eth0");
        Tool.Ip(_host.SandboxPath, "link set eth0 up");
        Tool.Ip(_host.SandboxPath, "route add default via 172.17.0.1");
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Ports_move_to_the_CNI_network_that_remains()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromMilliseconds(100));
        Add(bench, """{ "portMappings": true }""");
        await bench.StartAsync(Cancellation);
        (await bench.RepairAsync(dryRun: true)).Findings.Should().NotContain(
            finding => finding.Kind == Kind, "the other network publishes");
        (await bench.StatusAsync()).Endpoints.Single().Ports.Should().BeEmpty();

        Tool.Ip(_host.SandboxPath, "link del eth0");
        // The background may have been first, before either question.
        Found(await bench.RepairAsync(dryRun: true)).Should().BeSubsetOf([(FindingState.WouldBeRepaired, true)]);
        Found(await bench.RepairAsync(dryRun: false)).Should().BeSubsetOf([(FindingState.Repaired, true)]);

        (await bench.StatusAsync()).Endpoints.Single().Ports.Should().ContainSingle();
        (await bench.RepairAsync(dryRun: false)).Findings.Should().NotContain(finding => finding.Kind == Kind);
    }

    [Fact]
    public async Task Status_reports_ports_that_no_remaining_plugin_can_publish()
    {
        await using var bench = await RepairBench.PrepareAsync(TimeSpan.FromMilliseconds(100));
        Add(bench, "{}");
        await bench.StartAsync(Cancellation);
        Tool.Ip(_host.SandboxPath, "link del eth0");

        // The background may have reported it before.
        (await bench.RepairAsync(dryRun: false)).Findings.Where(finding => finding.Kind == Kind).Select(finding => finding.State)
            .Should().BeSubsetOf([FindingState.Reported]);

        (await bench.StatusAsync()).Endpoints.Single().ArrivalProblem.Should().Contain("ports cannot be published on CNI network \"pods\"");
    }

    private static IEnumerable<(FindingState State, bool IsOfWeb)> Found(RepairResponse response) =>
        response.Findings.Where(finding => finding.Kind == Kind)
            .Select(finding => (finding.State, finding.What.Contains("web", StringComparison.Ordinal)));

    private void Add(RepairBench bench, string capabilities)
    {
        bench.Docker.AddNetwork("pods", "cni", "pods");
        bench.Docker.AddEndpoint("pods", RepairBench.EndpointId, "web");
        var record = bench.Attachment("10.66.0.5/24");
        using var configuration = JsonDocument.Parse(
            $$"""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "main" }, { "type": "publisher",""" +
            $$""" "capabilities": {{capabilities}} } ] }""");
        bench.Journal.Attachments.Bring(record with
        {
            InterfaceName = "eth1",
            SandboxKey = _host.SandboxPath,
            Configuration = configuration.RootElement.Clone(),
            Snapshot = new LinkSnapshot("eth1", ThrowAwayHost.Mac, 1500, "veth", 7) { Addresses = [new LinkAddress("10.66.0.5", 24)] },
            RequestedPorts = [new RequestedPort("tcp", 80, "127.0.0.1", 0, 0)],
        });
        bench.MountNamespace(record.ContainerId);
        bench.WriteOwner("10.66.0.5", record.ContainerId);
        var publisher = bench.PathOf("bin/publisher");
        File.WriteAllText(
            publisher,
            "#!/bin/sh\ncat > /dev/null\n[ $CNI_COMMAND != ADD ] || echo '{ \"cniVersion\": \"1.0.0\", \"ips\": [ { \"address\": " +
            "\"10.66.0.5/24\" } ] }'\n");
        File.SetUnixFileMode(publisher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
