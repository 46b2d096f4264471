using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Facts of an endpoint. Always succeeds: up to Docker 28.0.1 a failure would stop the container. Where a running container is connected
/// this is the first call after the link has been moved, so the arrival is finished here, before the command returns. No CNI besides,
/// nothing to undo.
/// </summary>
internal sealed class EndpointOperInfo(Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<EndpointRequest, EndpointOperInfoResponse>
{
    public async Task<EndpointOperInfoResponse> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        if (arrivals.IsExpected(request.EndpointID))
            await FinishArrivalAsync(request.EndpointID, cancellationToken);

        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (journal.Attachments.Find(request.EndpointID) is { } record)
        {
            facts["cni.network"] = record.CniNetwork;
            facts["cni.state"] = record.Phase.ToString();
            facts["cni.ifname"] = record.InterfaceName;
        }

        return new EndpointOperInfoResponse(facts);
    }

    // At the deadline the facts are answered all the same, and the arrival is finished, and its failure noted, by itself.
    private async Task FinishArrivalAsync(string endpointId, CancellationToken cancellationToken)
    {
        try
        {
            await FinishAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        async Task FinishAsync()
        {
            using var passage = await gates.EnterAsync(endpointId, cancellationToken);
            if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } joined)
                await arrivals.FinishOrNoteAsync(joined);
        }
    }
}
