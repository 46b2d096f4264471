using Bridge.TestHosts;
using Bridge.TestHosts.Census;
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
        await _rack.JoinAllAsync(deadline.Token);
        _empty = await _rack.RunAllAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rack is not null)
            await _rack.DisposeAsync();

        GC.SuppressFinalize(this);
    }
}

public sealed class HostGatewayRack() : RackFixture(3, Backend.HostGateway);

public sealed class VxlanRack() : RackFixture(3, Backend.Vxlan);

public sealed class FiveHostRack() : RackFixture(5, Backend.HostGateway);
