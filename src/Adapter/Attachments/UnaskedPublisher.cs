using System.Net;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Publishes for endpoints that Docker never asks to publish: without a gateway, no endpoint of a container gets
/// ProgramExternalConnectivity, and Join passes the port list to all of them. The first of the container's networks then publishes, until
/// another becomes its gateway.
/// </summary>
internal sealed class UnaskedPublisher(
    Publisher publisher, Detacher detacher, PortReservations ports, ForeignPorts foreignPorts, ForeignGateways foreignGateways,
    Journal journal, AttachmentGates gates, TimeProvider timeProvider, ILogger<UnaskedPublisher> logger)
{
    // Docker joins the networks of a container one after the other, in its own order.
    private static readonly TimeSpan JoinDelay = TimeSpan.FromSeconds(3);

    /// <summary>Whether Docker may never ask this endpoint to publish.</summary>
    public bool MayPublish(AttachmentRecord record, IReadOnlyList<RequestedPort> requested) =>
        requested.Count > 0 && !record.Internal && !IsGateway(record) && !OtherNetworkPublishes(record);

    /// <summary>
    /// Publishes at Join, where a failure still stops the start. The ports must be free, but are not held yet, so that one of Docker's own
    /// networks can have them if it joins later. The caller holds the endpoint's gate.
    /// </summary>
    /// <param name="record">An attachment that has joined, and <see cref="MayPublish"/>.</param>
    /// <param name="requested">The container's port list.</param>
    /// <param name="cancellationToken">Stops the search for other runtimes' ports.</param>
    /// <exception cref="CnmException">A port is taken.</exception>
    /// <exception cref="CniException">A plugin failed.</exception>
    public async Task PublishAsync(AttachmentRecord record, IReadOnlyList<RequestedPort> requested, CancellationToken cancellationToken)
    {
        // Only Docker knows whether that network publishes, and asking Docker in a call would deadlock.
        if (ForeignGateways.Of(record).Count > 0)
        {
            _ = SettleInBackgroundAsync(record.EndpointId, requested);
            return;
        }

        // Before Docker 28 the sandbox does not exist yet, and the container may be on one of Docker's own networks too.
        if (!Sandbox.Exists(record.SandboxKey!) && await foreignPorts.AreDockersAsync(requested, cancellationToken))
        {
            logger.PublishedByDocker(record.EndpointId);
            KeepRequest(record, requested);
            return;
        }

        // If no plugin publishes, another network may still become the gateway and publish. That is settled once all have joined.
        if (publisher.CanPublish(record, requested))
            await publisher.PublishAsync(record, requested, holds: false);

        _ = SettleInBackgroundAsync(record.EndpointId, requested);
    }

    /// <summary>Another endpoint has become the container's gateway: those that published unasked release their ports.</summary>
    /// <param name="gateway">The other endpoint. The caller holds its gate.</param>
    /// <param name="cancellationToken">Stops waiting for the gates of the other endpoints.</param>
    public async Task YieldAsync(AttachmentRecord gateway, CancellationToken cancellationToken)
    {
        foreach (var other in Others(gateway).Where(other => other.PublishedPorts is not null && !IsGateway(other)).ToArray())
        {
            using var gate = await gates.EnterAsync(other.EndpointId, cancellationToken);
            if (journal.Attachments.Find(other.EndpointId) is { Phase: AttachmentPhase.Joined } current)
                await detacher.UnpublishAsync(current);
        }
    }

    /// <summary>The container's gateway leaves: afterwards one of the endpoints without a gateway publishes.</summary>
    public void TakeOver(AttachmentRecord gone)
    {
        if (gone.RequestedPorts.Count == 0 || !IsGateway(gone))
            return;

        var heirs = Others(gone).Where(other => !other.Internal && !IsGateway(other));
        if (heirs.OrderByDescending(other => publisher.CanPublish(other, gone.RequestedPorts)).FirstOrDefault() is { } heir)
            _ = SettleInBackgroundAsync(heir.EndpointId, gone.RequestedPorts);
    }

    /// <summary>Whether there may be any <see cref="Heirs"/>.</summary>
    public bool MayHaveHeirs => journal.Attachments.All.Any(IsWaiting);

    /// <summary>
    /// One endpoint of each container whose ports no network publishes any more. cnm-cni gets no call when a network of another driver that
    /// was the gateway leaves.
    /// </summary>
    /// <param name="silent">Networks that publish nothing.</param>
    public IReadOnlyList<AttachmentRecord> Heirs(IReadOnlyList<DockerNetwork> silent) =>
    [
        .. journal.Attachments.All
            .Where(record => IsWaiting(record) && !gates.IsEntered(record.EndpointId) && Sandbox.Exists(record.SandboxKey!)
                && !IsPublishedElsewhere(record, silent))
            .GroupBy(
                record => record.SandboxKey,
                (_, records) => records.OrderByDescending(record => publisher.CanPublish(record, record.RequestedPorts)).First()),
    ];

    /// <summary>Publishes for one of the <see cref="Heirs"/>, if it still is one.</summary>
    /// <returns>The error text, which the attachment's record keeps too; null on success.</returns>
    public Task<string?> PublishAsync(AttachmentRecord heir) => SettleAsync(heir.EndpointId, heir.RequestedPorts);

    private async Task SettleInBackgroundAsync(string endpointId, IReadOnlyList<RequestedPort> requested)
    {
        await Task.Delay(JoinDelay, timeProvider);
        await SettleAsync(endpointId, requested);
    }

    private async Task<string?> SettleAsync(string endpointId, IReadOnlyList<RequestedPort> requested)
    {
        try
        {
            var silent = await InternalNetworksAsync(endpointId);
            using var gate = await gates.EnterAsync(endpointId, CancellationToken.None);
            if (journal.Attachments.Find(endpointId) is not { Phase: AttachmentPhase.Joined } record
                || !Sandbox.Exists(record.SandboxKey!))
            {
                return null; // The container has ended.
            }

            if (IsPublishedElsewhere(record, silent))
            {
                KeepRequest(await detacher.UnpublishAsync(record), requested);
                return null;
            }

            await publisher.PublishAsync(record, requested, holds: true);
            ports.Hold(endpointId);
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // No caller awaits this, and the container runs: the log and `cnm-cni status` show the failure.
            logger.PortsNotPublished(endpointId, failure.Message);
            if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
                journal.Attachments.Keep(record with { ArrivalProblem = failure.Message });

            return failure.Message;
        }
    }

    // For the time when the network that publishes them leaves. The request must not change which plugins belong to ADD.
    private void KeepRequest(AttachmentRecord record, IReadOnlyList<RequestedPort> requested)
    {
        if (record.RequestedPorts.Count == 0 && publisher.HasSameAttaching(record, requested))
            journal.Attachments.Keep(record with { RequestedPorts = requested });
    }

    private static bool IsWaiting(AttachmentRecord record) => !IsGateway(record)
        && record is { Phase: AttachmentPhase.Joined, Internal: false, PublishedPorts: null, ArrivalProblem: null,
            RequestedPorts.Count: > 0 };

    private bool IsPublishedElsewhere(AttachmentRecord record, IReadOnlyList<DockerNetwork> silent) =>
        OtherNetworkPublishes(record) || ForeignGateways.Of(record).Any(route => !ForeignGateways.IsOf(silent, route));

    private static bool IsGateway(AttachmentRecord record) => record.Snapshot is null || record.HasGateway();

    private bool OtherNetworkPublishes(AttachmentRecord record) =>
        Others(record).Any(other => other.PublishedPorts is not null || IsGateway(other));

    // Before the gate is entered: dockerd may be waiting for a call that needs it.
    private async Task<IReadOnlyList<DockerNetwork>> InternalNetworksAsync(string endpointId) =>
        journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record && ForeignGateways.Of(record).Count > 0
            ? await foreignGateways.InternalNetworksAsync(CancellationToken.None)
            : [];

    private IEnumerable<AttachmentRecord> Others(AttachmentRecord record) => record.SandboxKey is not { } sandboxKey ? [] :
        journal.AttachmentsIn(sandboxKey).Where(other =>
            other.EndpointId != record.EndpointId && other.Phase == AttachmentPhase.Joined);
}

/// <summary>
/// Default routes of a container over networks of other drivers, which then publish its ports. Before Docker 28 an internal network of
/// Docker's own has a default route too, and publishes nothing.
/// </summary>
internal sealed class ForeignGateways(IDockerEngine docker, TimeProvider timeProvider)
{
    // dockerd answers no request while it starts the containers with a restart policy.
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>Empty if the sandbox does not exist yet.</summary>
    public static IReadOnlyList<LinkRoute> Of(AttachmentRecord record)
    {
        var own = record.SandboxInterfaceName ?? (record.Attach == AttachMode.Sandbox ? record.InterfaceName : null);
        return Sandbox.Exists(record.SandboxKey!) ? Sandbox.DefaultRoutes(record.SandboxKey!, except: own) : [];
    }

    /// <summary>
    /// Whether the next hop is on one of these networks. Old engines may show a gateway beside a subnet that is written as one of its
    /// addresses.
    /// </summary>
    public static bool IsOf(IReadOnlyList<DockerNetwork> networks, LinkRoute route) =>
        route.Gateway is { } nextHop
        && networks.Any(network => network.Pools.Any(pool => pool.Gateway == nextHop || Contains(pool.Subnet, nextHop)));

    /// <summary>The internal networks that a container may be on. Queries Docker, so only background work may call it.</summary>
    /// <exception cref="DockerException">Docker has not answered for at least a minute.</exception>
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

    private static bool Contains(string subnet, string nextHop) =>
        IPNetwork.TryParse(subnet, out var network) && network.Contains(IPAddress.Parse(nextHop));
}
