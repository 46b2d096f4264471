using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Reads what Docker requests of a new endpoint into the attachment's first record: the CNI network's configuration, the reserved
/// addresses, arguments, capability arguments, ports. The endpoint adopts its reservation; no plugin runs.
/// </summary>
internal sealed class EndpointIntent(
    NetworkLookup networks, ConfigurationDirectory configurations, Reservations reservations, StrandedContainers stranded,
    AdapterSettings settings, TimeProvider timeProvider)
{
    /// <exception cref="CnmException">The network is unknown, or cannot serve the request.</exception>
    public async Task<AttachmentRecord> ReadAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        CniArguments.RequireAllowed(request.Options?.Keys ?? [], settings.ForbiddenArguments);
        return Prepare(request, await networks.FindAsync(request.NetworkID, cancellationToken));
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
