using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

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
        arrivals.Forget(endpointId);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if ((journal.Attachments.Find(endpointId) ?? await lost.FindAsync(endpointId, request.NetworkID ?? "", cancellationToken)) is { } record)
            await detacher.DetachAsync(record);

        return new Nothing();
    }
}
