using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Methods;

/// <summary>Facts of an endpoint. Always succeeds: up to Docker 28.0.1 a failure would stop the container. No CNI, no journal, nothing to undo.</summary>
internal sealed class EndpointOperInfo(Journal journal) : ICnmMethod<EndpointRequest, EndpointOperInfoResponse>
{
    public Task<EndpointOperInfoResponse> InvokeAsync(EndpointRequest request, CancellationToken cancellationToken)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (journal.Attachments.Find(request.EndpointID) is { } record)
        {
            facts["cni.network"] = record.CniNetwork;
            facts["cni.state"] = record.Phase.ToString();
            facts["cni.ifname"] = record.InterfaceName;
        }

        return Task.FromResult(new EndpointOperInfoResponse(facts));
    }
}
