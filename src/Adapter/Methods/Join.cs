using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Methods;

/// <summary>
/// Docker is about to move the endpoint's link from the host namespace into the sandbox. CNI: nothing. Journal: the sandbox's path.
/// Undo: Docker answers a failed Join with DeleteEndpoint, which undoes everything. Idempotent: a link that is under way already is not sent again.
/// </summary>
internal sealed class Join(StagingSandboxes staging, Arrivals arrivals, Journal journal, AttachmentGates gates) : ICnmMethod<JoinRequest, JoinResponse>
{
    public async Task<JoinResponse> InvokeAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        var endpointId = DockerId.Require(request.EndpointID, nameof(request.EndpointID));
        var sandboxKey = RequirePath(request.SandboxKey);
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        var record = journal.Attachments.Find(endpointId);
        if (record is not { Phase: AttachmentPhase.Added or AttachmentPhase.Joined })
        {
            throw new CnmException($"endpoint {DockerId.Short(endpointId)} was not made, or is being taken down. Start the container again.");
        }

        journal.Attachments.Write(record = record with { Phase = AttachmentPhase.Joined, SandboxKey = sandboxKey });
        staging.SendToHost(endpointId, record.InterfaceName, record.HostInterfaceName);
        arrivals.Expect(record);
        return EndpointAnswer.ToJoin(record);
    }

    private static string RequirePath(string sandboxKey) =>
        Path.IsPathFullyQualified(sandboxKey) && !sandboxKey.Any(char.IsControl) && Path.GetFullPath(sandboxKey) == sandboxKey
            ? sandboxKey
            : throw new CnmException("SandboxKey is not a plain absolute path. Nothing was done.");
}
