using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// The ways out of a container on networks of other drivers, which publish its ports then. Before Docker 28 an internal network of Docker's own
/// is one too, and publishes nothing.
/// </summary>
internal sealed class ForeignGateways(IDockerEngine docker, TimeProvider timeProvider)
{
    // dockerd answers nobody while it starts the containers that are to run always.
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>None where the sandbox is not there yet.</summary>
    public static IReadOnlyList<LinkRoute> Of(AttachmentRecord record) => StagingSandboxes.IsThere(record.SandboxKey!)
        ? StagingSandboxes.DefaultRoutes(record.SandboxKey!, except: record.Attach == AttachMode.Sandbox ? record.InterfaceName : record.SandboxInterfaceName)
        : [];

    /// <summary>Whether the next hop is on one of these networks. An old engine may show a gateway beside a subnet that is written as one of its addresses.</summary>
    public static bool IsOf(IReadOnlyList<DockerNetwork> networks, LinkRoute route) =>
        route.Gateway is { } nextHop && networks.Any(network => network.Pools.Any(pool => pool.Gateway == nextHop || Holds(pool.Subnet, nextHop)));

    /// <summary>The internal networks that an endpoint's container may be on. Asks Docker, so only the background may ask.</summary>
    /// <exception cref="DockerException">Docker has not answered for a minute at least.</exception>
    public async Task<IReadOnlyList<DockerNetwork>> InternalNetworksAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return [.. (await docker.NetworksAsync(cancellationToken)).Where(network => network.Internal)];
            }
            catch (DockerException) when (attempt < Attempts)
            {
                await Task.Delay(Pause, timeProvider, cancellationToken);
            }
        }
    }

    private static bool Holds(string subnet, string nextHop) => IPNetwork.TryParse(subnet, out var network) && network.Contains(IPAddress.Parse(nextHop));
}
