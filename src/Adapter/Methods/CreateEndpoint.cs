using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// The first call for an endpoint, and the only one whose answer can report an address to Docker. With an unknown address the chain runs
/// here, in a staging namespace. If the IPAM driver has reserved the address, or the chain must run in the sandbox, only the request is
/// recorded, and Join runs the chain: Docker serializes CreateEndpoint per network, but not Join.
/// CNI: ADD of every plugin that does not wait. Journal: the intent before, the outcome after.
/// Clean-up: DEL by CreateEndpoint itself, because Docker sends nothing after a failed CreateEndpoint. Idempotent: a known endpoint gets
/// the same answer.
/// </summary>
internal sealed class CreateEndpoint(
    NetworkLookup networks, ConfigurationDirectory configurations, Reservations reservations, StrandedContainers stranded,
    Attacher attacher,
    Detacher detacher, PortReservations ports, ForeignPorts foreignPorts, Journal journal, AttachmentGates gates,
    AdapterSettings settings, TimeProvider timeProvider) : ICnmMethod<CreateEndpointRequest, CreateEndpointResponse>
{
    public async Task<CreateEndpointResponse> InvokeAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        var known = journal.Attachments.Find(endpointId);
        if (known is { Phase: AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined })
            return EndpointAnswer.ToCreateEndpoint(known, request.Interface);

        if (known is not null)
            await detacher.DetachAsync(known);

        CniArguments.RequireAllowed(request.Options?.Keys ?? [], settings.ForbiddenArguments);
        var record = await AttachAsync(Prepare(request, await networks.FindAsync(networkId, cancellationToken)), cancellationToken);
        return EndpointAnswer.ToCreateEndpoint(record, request.Interface);
    }

    private async Task<AttachmentRecord> AttachAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        try
        {
            record = await WithPortsAsync(record, cancellationToken);
            if (record.Phase != AttachmentPhase.Prepared)
                return await attacher.AttachAsync(record, cancellationToken);

            journal.Attachments.Write(record);
            return record;
        }
        catch
        {
            // An attachment that is still recorded keeps its ports: their rules may be in force.
            if (journal.Attachments.Find(record.EndpointId) is null)
                ports.Release(record.EndpointId);

            throw;
        }
    }

    // A main plugin that publishes ports itself gets the mappings at ADD.
    private async Task<AttachmentRecord> WithPortsAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        if (record.RequestedPorts.Count == 0 || !ChainParts.MainPublishes(CniRecord.Configuration(record)))
            return record;

        var foreign = await foreignPorts.FindAsync(record.RequestedPorts, cancellationToken);
        return record with { PublishedPorts = ports.Reserve(record.EndpointId, record.RequestedPorts, foreign) };
    }

    private AttachmentRecord Prepare(CreateEndpointRequest request, NetworkRecord docker)
    {
        var reservation = docker.Ipam == IpamMode.Cni ? Adopt(request, docker) : null;
        var withoutIPv6 = reservation is not null && OmitsIPv6(request, docker);
        var network = reservation is null
            ? stranded.Choose(configurations.Load(), docker.CniNetwork)
            : IpamConfiguration.WithReserved(CniRecord.Configuration(reservation), CniRecord.Result(reservation)!, withoutIPv6);
        var options = EndpointRequestOptions.Read(request, network, docker, Facts(request, reservation));
        return new AttachmentRecord(request.EndpointID, request.NetworkID, docker.CniNetwork)
        {
            ContainerId = reservation?.ContainerId ?? request.EndpointID,
            Phase = reservation is not null || docker.Attach == AttachMode.Sandbox ? AttachmentPhase.Prepared : AttachmentPhase.Adding,
            Attach = docker.Attach,
            Internal = docker.Internal,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            InterfaceName = InterfaceNames.Sandbox,
            RequestedInterfaceName = options.InterfaceName,
            HostInterfaceName = InterfaceNames.Host(request.EndpointID),
            Configuration = CniRecord.ToElement(network.ToUtf8Json()),
            Arguments = options.Arguments,
            Capabilities = CniRecord.ToElement(options.Capabilities),
            Mac = options.Mac is { } mac ? MacAddress.Format(mac) : null,
            Addresses = options.Addresses,
            Reserved = [.. reservation?.Addresses.Select(address => address.Address)
                .Where(address => !withoutIPv6 || !address.Contains(':')) ?? []],
            Sysctls = options.Sysctls,
            RequestedPorts = options.Ports,
            ContainerName = reservation?.ContainerName,
        };
    }

    private ReservationRecord Adopt(CreateEndpointRequest request, NetworkRecord docker)
    {
        var addresses = EndpointRequestOptions.AddressesOf(request);
        return (addresses.Length > 0 ? reservations.Adopt(docker.CniNetwork, addresses, request.EndpointID) : null)
            ?? throw new CnmException(
            $"address {string.Join(" and ", addresses)} of CNI network \"{docker.CniNetwork}\" is not reserved for this endpoint. " +
            "Start the container again.");
    }

    // From 28 on Docker requests no IPv6 address for a container with IPv6 switched off (docker run --sysctl
    // net.ipv6.conf.all.disable_ipv6=1). With an IPv6 address the plugins would switch it on again.
    private static bool OmitsIPv6(CreateEndpointRequest request, NetworkRecord docker) =>
        docker.IPv6 && string.IsNullOrEmpty(request.Interface?.AddressIPv6);

    private static EndpointFacts Facts(CreateEndpointRequest request, ReservationRecord? reservation) =>
        new(request.EndpointID, request.NetworkID, Environment.MachineName, reservation?.ContainerName);
}

/// <summary>
/// The end of an endpoint, whatever came before: it may follow a failed Join or a crash, or name an endpoint that no longer exists.
/// CNI: DEL of every plugin that ran. Journal: the intent before, no record after. Docker ignores a failure; it stays recorded, and cnm-cni
/// retries it in the background. Idempotent: an unknown endpoint succeeds, unless the host still has something of it.
/// </summary>
internal sealed class DeleteEndpoint(
    Detacher detacher, LostAttachments lost, Arrivals arrivals, Journal journal, AttachmentGates gates)
        : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Cancel(endpointId);
        using var gate = await gates.EnterAsync(endpointId, cancellationToken);
        if ((journal.Attachments.Find(endpointId)
            ?? await lost.FindAsync(endpointId, request.NetworkID ?? "", cancellationToken)) is { } record)
            await detacher.DetachAsync(record);

        return new Nothing();
    }
}
