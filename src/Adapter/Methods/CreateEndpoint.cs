using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// First call for an endpoint, and the only one whose answer can tell Docker an address. Where the address is not known yet the chain runs
/// here, in a staging namespace;
/// where our IPAM has reserved it (or plugins want the sandbox itself) only the wishes are kept, and Join runs the chain: Docker makes one
/// endpoint of a network at a time, but lets them join together.
/// CNI: ADD of every plugin but those that wait. Journal: intent before, outcome after. Undo: DEL by ourselves, since Docker undoes a
/// failed CreateEndpoint with nothing.
/// Idempotent: a known endpoint gets the same answer again.
/// </summary>
internal sealed class CreateEndpoint(
    NetworkLookup networks, ConfigurationDirectory configurations, Reservations reservations, StrandedContainers stranded, Attacher attacher, Detacher detacher,
    PortReservations ports, ForeignPorts foreignPorts, Journal journal, AttachmentGates gates,
    AdapterSettings settings, TimeProvider timeProvider) : ICnmMethod<CreateEndpointRequest, CreateEndpointResponse>
{
    public async Task<CreateEndpointResponse> InvokeAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        var known = journal.Attachments.Find(endpointId);
        if (known is { Phase: AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined })
            return EndpointAnswer.ToCreateEndpoint(known, request.Interface);

        if (known is not null)
            await detacher.DetachAsync(known);

        CniArguments.RequireAllowed(request.Options?.Keys ?? [], settings.ForbiddenArguments);
        var record = await MakeAsync(Prepare(request, await networks.FindAsync(networkId, cancellationToken)), cancellationToken);
        return EndpointAnswer.ToCreateEndpoint(record, request.Interface);
    }

    private async Task<AttachmentRecord> MakeAsync(AttachmentRecord record, CancellationToken cancellationToken)
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
            // What is still to be undone needs its ports: their rules may be in force.
            if (journal.Attachments.Find(record.EndpointId) is null)
                ports.Release(record.EndpointId);

            throw;
        }
    }

    // A main plugin that publishes by itself gets the mappings at ADD.
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
        var withoutIPv6 = reservation is not null && LeavesIPv6Out(request, docker);
        var network = reservation is null
            ? stranded.Choose(configurations.Load(), docker.CniNetwork)
            : IpamConfiguration.WithReserved(CniRecord.Configuration(reservation), CniRecord.Result(reservation)!, withoutIPv6);
        var wishes = EndpointRequestOptions.Read(request, network, docker, Facts(request, reservation));
        return new AttachmentRecord(request.EndpointID, request.NetworkID, docker.CniNetwork)
        {
            ContainerId = reservation?.ContainerId ?? request.EndpointID,
            Phase = reservation is not null || docker.Attach == AttachMode.Sandbox ? AttachmentPhase.Prepared : AttachmentPhase.Adding,
            Attach = docker.Attach,
            Internal = docker.Internal,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            InterfaceName = InterfaceNames.Sandbox,
            RequestedInterfaceName = wishes.InterfaceName,
            HostInterfaceName = InterfaceNames.Host(request.EndpointID),
            Configuration = CniRecord.ToElement(network.ToUtf8Json()),
            Arguments = wishes.Arguments,
            Capabilities = CniRecord.ToElement(wishes.Capabilities),
            Mac = wishes.Mac is { } mac ? MacAddress.Format(mac) : null,
            Addresses = wishes.Addresses,
            Reserved = [.. reservation?.Addresses.Select(address => address.Address).Where(address => !withoutIPv6 || !address.Contains(':')) ?? []],
            Sysctls = wishes.Sysctls,
            RequestedPorts = wishes.Ports,
            ContainerName = reservation?.ContainerName,
        };
    }

    private ReservationRecord Adopt(CreateEndpointRequest request, NetworkRecord docker)
    {
        var addresses = EndpointRequestOptions.AddressesOf(request);
        return (addresses.Length > 0 ? reservations.Adopt(docker.CniNetwork, addresses, request.EndpointID) : null) ?? throw new CnmException(
            $"address {string.Join(" and ", addresses)} of CNI network \"{docker.CniNetwork}\" is not reserved for this endpoint. " +
            $"Start the container again.");
    }

    // Docker asks for no IPv6 address where IPv6 is switched off in the container (docker run --sysctl net.ipv6.conf.all.disable_ipv6=1,
    // from 28 on). The plugins would switch it on again for one that they are given.
    private static bool LeavesIPv6Out(CreateEndpointRequest request, NetworkRecord docker) =>
        docker.IPv6 && string.IsNullOrEmpty(request.Interface?.AddressIPv6);

    private static EndpointFacts Facts(CreateEndpointRequest request, ReservationRecord? reservation) =>
        new(request.EndpointID, request.NetworkID, Environment.MachineName, reservation?.ContainerName);
}

/// <summary>
/// The end of an endpoint, whatever came before: may follow a failed Join, a crash, or come for an endpoint long gone. CNI: DEL of
/// everything that ran.
/// Journal: the intent to undo before, nothing left after. Docker ignores a failure; it stays recorded and is retried in the background.
/// Idempotent: unknown is success, where nothing of it is left.
/// </summary>
internal sealed class DeleteEndpoint(
    Detacher detacher, LostAttachments lost, Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Cancel(endpointId);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if ((journal.Attachments.Find(endpointId) ?? await lost.FindAsync(endpointId, request.NetworkID ?? "", cancellationToken)) is { } record)
            await detacher.DetachAsync(record);

        return new Nothing();
    }
}
