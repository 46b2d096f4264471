using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Racks;

namespace Bridge.Engine.Tests.Racks;

/// <summary>Hosts of one cluster with two containers and a pod on each.</summary>
public abstract class RackFixture(int hosts, Backend backend) : IAsyncLifetime
{
    private Rack? _rack;
    private HostCensus? _empty;

    /// <summary>Why there are no hosts on this machine; null when there are.</summary>
    public string? MissingRequirement { get; } = HostRequirements.Missing();

    public Rack Rack => _rack ?? throw new InvalidOperationException(MissingRequirement ?? "The rack is not started.");

    /// <summary>The last host's state before anything ran there, but for what plugins make once and keep.</summary>
    public HostCensus EmptyCensus => _empty ?? throw new InvalidOperationException("The rack is not started.");

    public async ValueTask InitializeAsync()
    {
        if (MissingRequirement is not null)
            return;

        CnmCniBinary.Require();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(240));
        _rack = await Rack.StartAsync(hosts, backend, "repair: { interval: 2s }\n", deadline.Token);
        Prepare(_rack.Nodes);
        await _rack.JoinAllAsync(deadline.Token);
        _empty = await _rack.RunAllAsync(deadline.Token);
    }

    /// <summary>Before they join.</summary>
    protected virtual void Prepare(IReadOnlyList<Node> nodes)
    {
    }

    public async ValueTask DisposeAsync()
    {
        if (_rack is not null)
            await _rack.DisposeAsync();

        GC.SuppressFinalize(this);
    }
}

public sealed class HostGatewayRack() : RackFixture(3, Backend.HostGateway);

/// <summary>The host that loses power has the null IPAM.</summary>
public sealed class VxlanRack() : RackFixture(3, Backend.Vxlan)
{
    protected override void Prepare(IReadOnlyList<Node> nodes) => nodes[1].NetworkOptions = ["--ipam", "null"];
}

/// <summary>The host that leaves attaches in the container's own namespace where the engine can, and has the null IPAM elsewhere.</summary>
public sealed class FiveHostRack() : RackFixture(5, Backend.HostGateway)
{
    protected override void Prepare(IReadOnlyList<Node> nodes) =>
        nodes[^1].NetworkOptions = nodes[^1].Host.Engine >= EngineVersion.V28 ? ["-o", "cni.attach=sandbox"] : ["--ipam", "null"];
}
