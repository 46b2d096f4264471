using System.Net;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Publishes for endpoints that Docker never asks to: where a container has no gateway, none of its endpoints gets
/// ProgramExternalConnectivity, and all of them are told the port list. It is the first of its networks that publishes then, until another
/// becomes its gateway.
/// </summary>
internal sealed class UnaskedPublisher(
    Publisher publisher, Detacher detacher, PortReservations ports, ForeignPorts foreignPorts, ForeignGateways foreignGateways, Journal journal, AttachmentGates gates,
    TimeProvider timeProvider, ILogger<UnaskedPublisher> logger)
{
    // The networks of a container are joined one after the other, in an order that is Docker's own.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>
    /// At Join, where a failure still stops the start. The ports are only looked at and not held yet, so that one of Docker's own networks
    /// can have them if it joins after this one. The caller holds the endpoint's gate.
    /// </summary>
    /// <param name="record">An attachment that has joined.</param>
    /// <param name="requested">The container's port list.</param>
    /// <param name="cancellationToken">Stops asking others what they publish.</param>
    /// <exception cref="CnmException">A port is taken.</exception>
    /// <exception cref="CniException">A plugin said no.</exception>
    public async Task PublishAsync(AttachmentRecord record, IReadOnlyList<RequestedPort> requested, CancellationToken cancellationToken)
    {
        if (requested.Count == 0 || record.Internal || IsGateway(record) || HasGatewayOfOurs(record))
            return;

        // Whether that network publishes can be learned of Docker alone, which is not asked in a call.
        if (ForeignGateways.Of(record).Count > 0)
        {
            _ = SettleInBackgroundAsync(record.EndpointId, requested);
            return;
        }

        // Before Docker 28 there is no sandbox to look into yet, and the container may be on one of Docker's own networks too.
        if (!StagingSandboxes.IsThere(record.SandboxKey!) && await foreignPorts.AreDockersAsync(requested, cancellationToken))
        {
            logger.PublishedByDocker(record.EndpointId);
            Note(record, requested);
            return;
        }

        // Where no plugin publishes, another network may still become the gateway and do it: that is known, and told, when all have joined.
        if (publisher.CanPublish(record, requested))
            await publisher.PublishAsync(record, requested, holds: false);

        _ = SettleInBackgroundAsync(record.EndpointId, requested);
    }

    /// <summary>Another endpoint of the container is its gateway now: those that published unasked let go of the ports.</summary>
    /// <param name="gateway">The other one. The caller holds its gate.</param>
    /// <param name="cancellationToken">Gives up waiting for the others' gates.</param>
    public async Task YieldAsync(AttachmentRecord gateway, CancellationToken cancellationToken)
    {
        foreach (var other in Others(gateway).Where(other => other.PublishedPorts is not null && !IsGateway(other)).ToArray())
        {
            using var passage = await gates.EnterAsync(other.EndpointId, cancellationToken);
            if (journal.Attachments.Find(other.EndpointId) is { Phase: AttachmentPhase.Joined } current)
                await detacher.UnpublishAsync(current);
        }
    }

    /// <summary>The container's gateway leaves: when it has gone, one of those that have none publishes.</summary>
    public void TakeOver(AttachmentRecord gone)
    {
        if (gone.RequestedPorts.Count == 0 || !IsGateway(gone))
            return;

        var heirs = Others(gone).Where(other => !other.Internal && !IsGateway(other));
        if (heirs.OrderByDescending(other => publisher.CanPublish(other, gone.RequestedPorts)).FirstOrDefault() is { } heir)
            _ = SettleInBackgroundAsync(heir.EndpointId, gone.RequestedPorts);
    }

    /// <summary>Whether it can be that there are any of the <see cref="Heirs"/>.</summary>
    public bool MayHaveHeirs => journal.Attachments.All.Any(IsWaiting);

    /// <summary>
    /// One endpoint of each container whose ports nobody publishes any more. Nobody is called when a network of another driver leaves that
    /// was the gateway.
    /// </summary>
    /// <param name="silent">Networks that publish nothing.</param>
    public IReadOnlyList<AttachmentRecord> Heirs(IReadOnlyList<DockerNetwork> silent) =>
    [
        .. journal.Attachments.All
            .Where(record => IsWaiting(record) && !gates.IsEntered(record.EndpointId) && StagingSandboxes.IsThere(record.SandboxKey!) && !IsPublishedElsewhere(record, silent))
            .GroupBy(record => record.SandboxKey, (_, records) => records.OrderByDescending(record => publisher.CanPublish(record, record.RequestedPorts)).First()),
    ];

    /// <summary>Publishes for one of the <see cref="Heirs"/>, if it still is one.</summary>
    /// <returns>What went wrong, which is kept with the attachment too; null when nothing did.</returns>
    public Task<string?> PublishAsync(AttachmentRecord heir) => SettleAsync(heir.EndpointId, heir.RequestedPorts);

    private async Task SettleInBackgroundAsync(string endpointId, IReadOnlyList<RequestedPort> requested)
    {
        await Task.Delay(Settling, timeProvider);
        await SettleAsync(endpointId, requested);
    }

    private async Task<string?> SettleAsync(string endpointId, IReadOnlyList<RequestedPort> requested)
    {
        try
        {
            var silent = await InternalNetworksAsync(endpointId);
            using var passage = await gates.EnterAsync(endpointId, CancellationToken.None);
            if (journal.Attachments.Find(endpointId) is not { Phase: AttachmentPhase.Joined } record || !StagingSandboxes.IsThere(record.SandboxKey!))
                return null; // The container has ended.

            if (IsPublishedElsewhere(record, silent))
            {
                Note(await detacher.UnpublishAsync(record), requested);
                return null;
            }

            await publisher.PublishAsync(record, requested, holds: true);
            ports.Hold(endpointId);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Nobody awaits this, and the container runs: it is said where people look.
            logger.PortsNotPublished(endpointId, failure.Message);
            if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
                journal.Attachments.Keep(record with { ArrivalProblem = failure.Message });

            return failure.Message;
        }
    }

    // For the day on which the network that publishes them leaves. It must not change which plugins count as those of ADD.
    private void Note(AttachmentRecord record, IReadOnlyList<RequestedPort> requested)
    {
        if (record.RequestedPorts.Count == 0 && publisher.HasSameAttaching(record, requested))
            journal.Attachments.Keep(record with { RequestedPorts = requested });
    }

    private static bool IsWaiting(AttachmentRecord record) =>
        record is { Phase: AttachmentPhase.Joined, Internal: false, PublishedPorts: null, ArrivalProblem: null, RequestedPorts.Count: > 0 } && !IsGateway(record);

    private bool IsPublishedElsewhere(AttachmentRecord record, IReadOnlyList<DockerNetwork> silent) =>
        HasGatewayOfOurs(record) || ForeignGateways.Of(record).Any(route => !ForeignGateways.IsOf(silent, route));

    private static bool IsGateway(AttachmentRecord record) => record.Snapshot is null || record.HasGateway();

    private bool HasGatewayOfOurs(AttachmentRecord record) => Others(record).Any(other => other.PublishedPorts is not null || IsGateway(other));

    // Before the gate is entered: dockerd may be waiting for it.
    private async Task<IReadOnlyList<DockerNetwork>> InternalNetworksAsync(string endpointId) =>
        journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record && ForeignGateways.Of(record).Count > 0
            ? await foreignGateways.InternalNetworksAsync(CancellationToken.None)
            : [];

    private IEnumerable<AttachmentRecord> Others(AttachmentRecord record) => journal.Attachments.All.Where(other =>
        other.EndpointId != record.EndpointId && other.SandboxKey == record.SandboxKey && other.Phase == AttachmentPhase.Joined);
}

/// <summary>
/// The ways out of a container on networks of other drivers, which publish its ports then. Before Docker 28 an internal network of Docker's
/// own is one too, and publishes nothing.
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

    /// <summary>
    /// Whether the next hop is on one of these networks. An old engine may show a gateway beside a subnet that is written as one of its
    /// addresses.
    /// </summary>
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
