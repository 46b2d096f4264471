using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Leases;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// macvlan on the cable to the neighbour, with addresses from a DHCP server there. Its Docker network is attached in the sandbox.
/// </summary>
public sealed class LeasedHost() : EngineHost(new TestHostOptions { CniNetworks = Only(Chain) })
{
    private const string Chain = $$"""
        { "cniVersion": "1.0.0", "name": "{{CniNetworks.Name}}", "plugins": [
          { "type": "macvlan", "master": "uplink", "mode": "bridge", "ipam": { "type": "dhcp" } } ] }
        """;

    public LeaseServer Server { get; private set; } = null!;

    /// <summary>The daemon of the plugin <c>dhcp</c>.</summary>
    public Daemon Client { get; private set; } = null!;

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        Server = await Host.StartLeaseServerAsync(cancellationToken);
        Client = await Host.StartLeaseClientAsync(cancellationToken);
        (await Host.DockerAsync(["network", "create", "-d", "cni", "--ipam-driver", "null", "-o", "cni.attach=sandbox", Network],
            cancellationToken)).EnsureSuccess();
        // One that is no gateway: where Docker connects containers to a second network only while they run, they need a first.
        (await Host.DockerAsync(["network", "create", "--internal", InternalNetwork], cancellationToken)).EnsureSuccess();
    }
}
