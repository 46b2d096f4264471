using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
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
    EngineFacts engine, AdapterSettings settings, TimeProvider timeProvider)
{
    /// <exception cref="CnmException">The network is unknown, or cannot serve the request.</exception>
    public async Task<AttachmentRecord> ReadAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        CniArguments.RequireAllowed(request.Options?.Keys ?? [], settings.ForbiddenArguments);
        return Prepare(request, await networks.FindAsync(request.NetworkID, cancellationToken));
    }

    private AttachmentRecord Prepare(CreateEndpointRequest request, NetworkRecord docker)
    {
        RequireKnownEngine(request, docker);
        var reservation = docker.Ipam == IpamMode.Cni ? Adopt(request, docker) : null;
        return EndpointRecord.Of(
            request, docker, () => stranded.Choose(configurations.Load(), docker.CniNetwork), reservation, timeProvider.GetUtcNow(),
            engine.TakesInterfaceNames ?? false);
    }

    // Docker starts containers with a restart policy before it answers requests, so its version may be unknown at the host's start.
    private void RequireKnownEngine(CreateEndpointRequest request, NetworkRecord docker)
    {
        if (docker.Attach == AttachMode.Sandbox || engine.TakesInterfaceNames is not null
            || request.Options?.ContainsKey(InterfaceNames.NameOption) != true)
            return;

        stranded.Note(cniNetwork: null);
        throw new CnmException(
            $"endpoint option {InterfaceNames.NameOption} needs Docker 29.8 or newer on this network, and Docker has not told cnm-cni " +
            $"its version yet. Start the container again once `cnm-cni status` says that Docker answers. {StrandedContainers.Promise}");
    }

    private ReservationRecord Adopt(CreateEndpointRequest request, NetworkRecord docker)
    {
        var addresses = EndpointRequestOptions.AddressesOf(request);
        return (addresses.Length > 0 ? reservations.Adopt(docker.CniNetwork, addresses, request.EndpointID) : null)
            ?? throw new CnmException(
            $"address {string.Join(" and ", addresses)} of CNI network \"{docker.CniNetwork}\" is not reserved for this endpoint. " +
            "Start the container again.");
    }
}
