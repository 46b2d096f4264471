using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// The container lets go of the endpoint; its link is still in the sandbox, and Docker moves it back to the host namespace after the answer.
/// CNI: DEL of the plugins that published, if RevokeExternalConnectivity did not come (newer engines leave it out sometimes), then of
/// those that ran in the sandbox;
/// with direct attach of the whole chain, while everything is in place. Journal: what is undone.
/// Docker ignores a failure, so does the next call. Idempotent: twice, or for an endpoint whose Join failed, is success.
/// </summary>
internal sealed class Leave(Detacher detacher, UnaskedPublisher unasked, Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<EndpointRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        arrivals.Forget(endpointId);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } record)
        {
            await (record.Attach == AttachMode.Sandbox ? detacher.DetachAsync(record) : detacher.LeaveAsync(record));
            unasked.TakeOver(record);
        }

        return new Nothing();
    }
}
