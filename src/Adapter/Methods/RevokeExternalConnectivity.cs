using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// The endpoint stops being its container's gateway. CNI: DEL of the plugins that published. Journal: the mappings go once DEL succeeded.
/// Docker ignores a failure; Leave and DeleteEndpoint try again. Idempotent: nothing published is success.
/// </summary>
internal sealed class RevokeExternalConnectivity(Detacher detacher, Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.SetGateway(endpointId, isGateway: false);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
        {
            arrivals.GiveWay(record);
            await detacher.UnpublishAsync(record);
        }

        return new Nothing();
    }
}
