using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cri;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.Sandboxes;
using Bridge.Adapter.Tests.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.HostPorts;

/// <summary>Ports of pods, in the firewall of a "host" that exists for one test.</summary>
public sealed class ForeignPortsTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("foreign-ports-");

    public ForeignPortsTests() => Assert.SkipUnless(Tool.Exists("iptables-restore"), "a host's port rules need iptables");

    public void Dispose()
    {
        _host.Dispose();
        _state.Delete(recursive: true);
    }

    [Fact]
    public async Task A_port_of_a_pod_is_listed_once_and_those_of_our_endpoints_warm_attachments_and_docker0_are_not()
    {
        var journal = new Journal(_state.FullName, _state.FullName);
        journal.Load();
        journal.Attachments.Bring(Records.Joined("endpoint") with { ContainerId = "ours" });
        journal.Attachments.Bring(Records.Joined("warm") with { WarmSince = DateTimeOffset.UnixEpoch });
        Restore("iptables-restore", $"""
            *nat
            :DOCKER - [0:0]
            :CNI-HOSTPORT-DNAT - [0:0]
            {Published("pod", 8080)}
            {Published("ours", 8081)}
            {Published("warm", 8082)}
            -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8083 -j DNAT --to-destination 172.17.0.2:80
            COMMIT

            """);
        Restore("ip6tables-restore", $"""
            *nat
            :CNI-HOSTPORT-DNAT - [0:0]
            {Published("pod", 8080, "[fd00::2]")}
            COMMIT

            """);

        using var clients = new CriClients(TimeProvider.System);
        var pods = new PodRuntime(() => "/nonexistent/containerd.sock", clients);
        var firewall = new FirewallListing(TimeProvider.System, NullLogger<FirewallListing>.Instance);
        var foreign = new ForeignPorts(firewall, journal, pods);

        var listed = await _host.Namespace.Run(() => foreign.ListAsync(Cancellation));

        listed.Should().Equal(new ForeignPort("tcp", "", 8080, "pod") { ContainerPort = 80 });
    }

    private void Restore(string tool, string rules)
    {
        var (exitCode, _, error) = Tool.Try("nsenter", [$"--net={_host.HostPath}", tool], rules);
        exitCode.Should().Be(0, error);
    }

    private static string Published(string id, int port, string address = "10.88.0.2") => $"""
        :CNI-DN-{id} - [0:0]
        -A CNI-DN-{id} -p tcp -m tcp --dport {port} -j DNAT --to-destination {address}:80
        -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"pods\" id: \"{id}\"" -m multiport --dports {port} -j CNI-DN-{id}
        """;
}
