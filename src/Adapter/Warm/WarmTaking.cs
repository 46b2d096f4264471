using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>
/// Gives warm attachments to containers: the address at RequestAddress, with <c>--ipam-driver cni</c>, and the rest at CreateEndpoint. A
/// container with requests of its own (an address, a MAC, arguments, limits) gets an attachment that is made for it.
/// </summary>
internal sealed class WarmTaking(
    WarmPool pool, WarmRelease release, WarmSignal signal, Journal journal, AttachmentGates gates, Reservations reservations,
    StagingSandboxes staging, Publisher publisher, ConfigurationDirectory configurations)
{
    private const string RequestedMac = "com.docker.network.endpoint.macaddress";
    private const string MacArgument = "MAC";
    private const string MacCapability = "mac";

    /// <summary>The address of the warm attachment that has been ready for the longest time.</summary>
    /// <returns>In CIDR notation; null without one, and where only the IPAM plugin can answer the request.</returns>
    public string? Reserve(AddressRequest request)
    {
        if (request.Address is not null || request.Mac is null || pool.All.Count == 0 || NetworkOf(request.Pool) is not { } docker
            || configurations.Load().Find(docker.CniNetwork) is not { } network)
            return null;

        var current = WarmSupport.ConfigurationOf(network);
        while (pool.Claim(docker.NetworkId, entry => entry.Configuration.Equals(current)) is { } id)
        {
            if (reservations.TryClaim(id, request) is not { } address)
                continue; // It is not free: the keeper decides what becomes of it.

            signal.Raise();
            return address;
        }

        return null;
    }

    /// <summary>
    /// Makes room for a requested address: removes the warm attachment that has it, and the chain of one whose other address this
    /// container has been given.
    /// </summary>
    public async Task YieldAsync(AddressRequest request)
    {
        if (request.Address is not { } address || pool.All.Count == 0)
            return;

        if (reservations.Sibling(request) is { } sibling && journal.Attachments.Find(sibling.ContainerId) is { IsWarm: true })
            await release.DetachAsync(sibling.ContainerId, "its container requests an address");

        if (pool.TakeIdle(entry => entry.CniNetwork == request.Pool.CniNetwork && Has(entry, address)) is { } id)
            await release.ReleaseAsync(id, "a container requests its address");
    }

    /// <summary>
    /// Whether a refused request can succeed without the refill: a new warm attachment may get the requested address first, also one that
    /// was released for it.
    /// </summary>
    public bool MayHold(AddressRequest request) =>
        request.Address is not null && pool.All.Any(entry => entry.CniNetwork == request.Pool.CniNetwork);

    /// <summary>
    /// Gives an endpoint the warm attachment that its address belongs to, or, where no address is known, the one that has been ready for
    /// the longest time. The caller holds the endpoint's gate.
    /// </summary>
    /// <param name="requested">The record that the endpoint would have otherwise; not written yet.</param>
    /// <param name="request">The request that it was read from.</param>
    /// <param name="cancellationToken">Docker no longer waits.</param>
    /// <returns>The endpoint's record, written; null: its attachment must be made.</returns>
    public async Task<AttachmentRecord?> TakeAsync(
        AttachmentRecord requested, CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        var asksForMac = request.Options?.ContainsKey(RequestedMac) == true || (requested.Mac is not null && requested.Reserved.Count == 0);
        if (requested.ContainerId != requested.EndpointId) // Its reservation's.
        {
            var taken = await TryHandOverAsync(requested.ContainerId, requested, !asksForMac, cancellationToken);
            if (taken is null && journal.Attachments.Find(requested.ContainerId) is { IsWarm: true })
                await MakeRoomAsync(requested);

            return taken;
        }

        bool Fits(WarmEntry entry) => journal.Attachments.Find(entry.Id) is { } warm && IsFor(warm, requested);
        while (!asksForMac && pool.Claim(requested.NetworkId, Fits) is { } id)
        {
            AttachmentRecord? taken;
            try
            {
                taken = await TryHandOverAsync(id, requested, fits: true, cancellationToken);
            }
            catch
            {
                pool.TryMove(id, WarmState.Resting, WarmState.Claimed);
                throw;
            }

            if (taken is not null)
                return taken;

            await release.ReleaseAsync(id, "its link is gone");
        }

        return null;
    }

    private async Task MakeRoomAsync(AttachmentRecord requested)
    {
        await release.DetachAsync(requested.ContainerId, "its container needs an attachment of its own");
        if (journal.Attachments.Find(requested.ContainerId) is { CleanupError: var error })
        {
            throw new CnmException(
                $"the warm attachment with address {string.Join(" and ", requested.Reserved)} of CNI network \"{requested.CniNetwork}\" " +
                $"does not suit this container, and its clean-up failed; cnm-cni retries it: {error} Start the container again.");
        }
    }

    private async Task<AttachmentRecord?> TryHandOverAsync(
        string id, AttachmentRecord requested, bool fits, CancellationToken cancellationToken)
    {
        if (!fits || journal.Attachments.Find(id) is null)
            return null;

        using var gate = await gates.EnterAsync(id, cancellationToken);
        if (journal.Attachments.Find(id) is not { } warm || !IsFor(warm, requested)
            || !staging.TryPrepareWaiting(warm.HostInterfaceName, warm.Snapshot!, requested.Mac))
            return null;

        staging.Create(id); // Empty while the link waits, and gone if the mount ended with a previous process.
        var taken = journal.Attachments.ChangeHands(Taken(warm, requested), id);
        pool.Remove(id);
        signal.Raise();
        return taken;
    }

    private static AttachmentRecord Taken(AttachmentRecord warm, AttachmentRecord requested) => warm with
    {
        EndpointId = requested.EndpointId,
        WarmSince = null,
        Since = requested.Since,
        Addresses = requested.Addresses,
        Sysctls = requested.Sysctls,
        RequestedPorts = requested.RequestedPorts,
        ContainerName = requested.ContainerName,
        Mac = requested.Mac,
        Snapshot = requested.Mac is { } mac ? warm.Snapshot! with { Mac = mac } : warm.Snapshot,
        Result = requested.Mac is { } own ? CniRecord.WithMac(warm, own) : warm.Result,
    };

    // Its plugins would get the same, but for the MAC, which the link gets instead.
    private bool IsFor(AttachmentRecord warm, AttachmentRecord requested) =>
        warm is { IsWarm: true, Phase: AttachmentPhase.Added, AsMade: not null, Snapshot: not null }
        && warm.NetworkId == requested.NetworkId && warm.Attach == requested.Attach && warm.BootId == requested.BootId
        && warm.Internal == requested.Internal
        && requested.RequestedInterfaceName is null
        && warm.Arguments.SequenceEqual(requested.Arguments.Where(argument => argument.Key != MacArgument)
            .Select(argument => OfContainer(argument, requested.ContainerId, warm.ContainerId)))
        && WithoutMac(warm.Capabilities).Equals(WithoutMac(requested.Capabilities))
        && warm.Configuration.Equals(requested.Configuration)
        && publisher.HasSameAttaching(warm, requested.RequestedPorts);

    // The attachment keeps the container id that its plugins know.
    private static CniArgument OfContainer(CniArgument argument, string containerId, string otherId) =>
        argument with { Value = argument.Value.Replace(containerId, otherId, StringComparison.Ordinal) };

    private static RecordedJson WithoutMac(RecordedJson? capabilities)
    {
        var json = capabilities?.ToObject() ?? [];
        json.Remove(MacCapability);
        return CniRecord.ToElement(json);
    }

    // RequestAddress does not name the Docker network.
    private NetworkRecord? NetworkOf(CniPool cniPool) =>
        journal.ListedNetworks.Where(record => record.CniNetwork == cniPool.CniNetwork && record.Ipam == IpamMode.Cni)
            .ToArray() is [var only]
            ? only
            : null;

    private bool Has(WarmEntry entry, IPAddress address) =>
        journal.Attachments.Find(entry.Id)?.KnownAddresses.Any(known => known.Address.Equals(address)) == true;
}
