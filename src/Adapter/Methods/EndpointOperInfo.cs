using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Facts about an endpoint. Always succeeds: up to Docker 28.0.1 an error stops the container. When a running container is connected, this
/// is the first call after Docker has moved the link, so it finishes the arrival before the command returns. No CNI otherwise, nothing to
/// clean up.
/// </summary>
internal sealed class EndpointOperInfo(Arrivals arrivals, Journal journal, AttachmentGates gates)
    : ICnmMethod<EndpointRequest, EndpointOperInfoResponse>
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

    // At the deadline the answer has the facts without waiting further; the background finishes the arrival.
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
            using var gate = await gates.EnterAsync(endpointId, cancellationToken);
            if (journal.Attachments.Find(endpointId) is { Phase: AttachmentPhase.Joined } joined)
                await arrivals.FinishOrNoteAsync(joined);
        }
    }
}
