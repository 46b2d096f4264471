using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The first record of an attachment: what its plugins are given, read from the request that asks for it.</summary>
internal static class EndpointRecord
{
    /// <param name="request">Docker's request, or that of a warm attachment, which asks for nothing.</param>
    /// <param name="docker">The Docker network.</param>
    /// <param name="network">The CNI network, as in its file; not read with a reservation, which has it.</param>
    /// <param name="reservation">The addresses that were reserved ahead; null without.</param>
    /// <param name="now">The time.</param>
    /// <param name="dockerTakesNames">Docker takes the interface's name in the container from the answer to Join.</param>
    /// <exception cref="CnmException">The network cannot serve the request.</exception>
    public static AttachmentRecord Of(
        CreateEndpointRequest request, NetworkRecord docker, Func<NetworkConfiguration> network, ReservationRecord? reservation,
        DateTimeOffset now, bool dockerTakesNames = false)
    {
        var withoutIPv6 = reservation is not null && OmitsIPv6(request, docker);
        var configuration = reservation is null
            ? network()
            : CniRecord.Reserved(reservation, withoutIPv6);
        var facts = new EndpointFacts(
            request.EndpointID, reservation?.ContainerId ?? request.EndpointID, request.NetworkID, Environment.MachineName,
            reservation?.ContainerName);
        var options = EndpointRequestOptions.Read(request, configuration, docker, facts, dockerTakesNames);
        return new AttachmentRecord(request.EndpointID, request.NetworkID, docker.CniNetwork)
        {
            ContainerId = reservation?.ContainerId ?? request.EndpointID,
            Phase = reservation is not null || docker.Attach == AttachMode.Sandbox ? AttachmentPhase.Prepared : AttachmentPhase.Adding,
            Attach = docker.Attach,
            Internal = docker.Internal,
            BootId = BootId.Current(),
            Since = now,
            InterfaceName = docker.Attach == AttachMode.Staging && options.InterfaceName is { } wanted ? wanted : InterfaceNames.Sandbox,
            RequestedInterfaceName = options.InterfaceName,
            HostInterfaceName = InterfaceNames.Host(request.EndpointID),
            Configuration = CniRecord.ToElement(configuration.ToUtf8Json()),
            Arguments = options.Arguments,
            Capabilities = CniRecord.ToElement(options.Capabilities),
            Mac = options.Mac is { } mac ? MacAddress.Format(mac) : null,
            Addresses = options.Addresses,
            Wanted = options.Wanted,
            Reserved = [.. reservation?.Addresses.Select(address => address.Address)
                .Where(address => !withoutIPv6 || !address.Contains(':')) ?? []],
            Sysctls = options.Sysctls,
            RequestedPorts = options.Ports,
            ContainerName = reservation?.ContainerName,
        };
    }

    // From 28 on Docker requests no IPv6 address for a container with IPv6 switched off (docker run --sysctl
    // net.ipv6.conf.all.disable_ipv6=1). With an IPv6 address the plugins would switch it on again.
    private static bool OmitsIPv6(CreateEndpointRequest request, NetworkRecord docker) =>
        docker.IPv6 && string.IsNullOrEmpty(request.Interface?.AddressIPv6);
}
