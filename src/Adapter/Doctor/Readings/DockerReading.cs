using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>What Docker answered.</summary>
/// <param name="Engine">Its version and settings.</param>
/// <param name="Networks">Its networks of all drivers.</param>
/// <param name="Pools">Where it takes the subnets of its own networks from.</param>
/// <param name="Down">Containers on networks of this driver that should run.</param>
internal sealed record DockerReading(
    EngineState Engine, IReadOnlyList<DockerNetwork> Networks, IReadOnlyList<IPNetwork> Pools, IReadOnlyList<DownContainer> Down)
{
    public static async Task<DockerReading> ReadAsync(
        AdapterSettings settings, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var docker = new DockerEngine(settings.DockerSocket, timeProvider);
        var driver = await new DriverName(settings, docker).AskAsync(cancellationToken);
        return new DockerReading(
            await docker.StateAsync(cancellationToken),
            await docker.NetworksAsync(cancellationToken),
            await docker.AddressPoolsAsync(cancellationToken),
            await docker.DownAsync(driver, cancellationToken))
        {
            Driver = driver,
        };
    }

    /// <summary>The name of this driver.</summary>
    public required string Driver { get; init; }

    /// <summary>The networks of this driver.</summary>
    public IReadOnlyList<DockerNetwork> Own => [.. Networks.Where(network => network.Driver == Driver)];

    /// <summary>Those of others, whose subnets no CNI network should have.</summary>
    public IReadOnlyList<DockerNetwork> OfOthers =>
        [.. Networks.Where(network => network.Driver != Driver && network.IpamDriver != Driver)];
}
