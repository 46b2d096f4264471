using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// First call of a container's start, and the only one whose answer can tell Docker an address: so the chain runs here, in a staging namespace.
/// CNI: ADD of every plugin but those that publish ports. Journal: intent before, outcome after. Undo: DEL by ourselves, since Docker undoes a failed CreateEndpoint with nothing.
/// Idempotent: a known endpoint gets the same answer again.
/// </summary>
internal sealed class CreateEndpoint(
    ConfigurationDirectory configurations, Attacher attacher, Detacher detacher, PortReservations ports, Journal journal, AttachmentGates gates, TimeProvider timeProvider)
    : ICnmMethod<CreateEndpointRequest, CreateEndpointResponse>
{
    public async Task<CreateEndpointResponse> InvokeAsync(CreateEndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        var known = journal.Attachments.Find(endpointId);
        if (known is { Phase: AttachmentPhase.Added or AttachmentPhase.Joined })
        {
            return EndpointAnswer.ToCreateEndpoint(known, request.Interface);
        }

        if (known is not null)
        {
            await detacher.DetachAsync(known);
        }

        var network = FindNetwork(networkId);
        var wishes = EndpointWishes.Read(request, network);
        var record = await attacher.AttachAsync(Intent(endpointId, networkId, network, wishes), wishes);
        return EndpointAnswer.ToCreateEndpoint(record, request.Interface);
    }

    private NetworkConfiguration FindNetwork(string networkId)
    {
        var record = journal.Networks.Find(networkId) ?? throw new CnmException(
            $"the bridge does not know Docker network {DockerId.Short(networkId)}: its state directory is newer than the network. It takes networks over when Docker answers; try again in a moment, or remove and create the network.");
        return CniNetworks.Choose(configurations.Load(), record.CniNetwork);
    }

    private AttachmentRecord Intent(string endpointId, string networkId, NetworkConfiguration network, EndpointWishes wishes) =>
        new(endpointId, networkId, network.Name)
        {
            Phase = AttachmentPhase.Adding,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            InterfaceName = InterfaceNames.Sandbox,
            HostInterfaceName = InterfaceNames.Host(endpointId),
            Configuration = CniAttachment.ToElement(network.ToUtf8Json()),
            Arguments = wishes.Arguments,
            Capabilities = CniAttachment.ToElement(wishes.Capabilities),
            RequestedPorts = wishes.Ports,
            PublishedPorts = ChainParts.MainPublishes(network) && wishes.Ports.Count > 0 ? ports.Reserve(endpointId, wishes.Ports) : null,
        };
}
