using Bridge.Adapter.Attachments;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Ports whose publisher has left: journal × ways out of the container. Docker tells a driver nothing when a network of another one is disconnected; the event
/// brings a look.
/// </summary>
internal sealed class UnpublishedPortInspection(UnaskedPublisher unasked, IDockerEngine docker) : IInspection
{
    // While networks are connected and disconnected one after the other, the next gateway is a moment away.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (context.Docker is null)
            return null;

        // Before Docker 28 an internal network is a way out, and publishes nothing.
        var silent = unasked.MayHaveHeirs ? (await docker.NetworksAsync(cancellationToken)).Where(network => network.Internal).ToArray() : [];
        return [.. unasked.Heirs(silent).Select(ToFinding)];
    }

    private Finding ToFinding(AttachmentRecord record) => new(
        FindingKind.UnpublishedPort, record.EndpointId, record.Text(), "its ports are published nowhere, since the network that published them was disconnected")
    {
        Grace = Settling,
        Repair = async _ => await unasked.PublishAsync(record) is { } problem ? RepairResult.Reported(problem) : RepairResult.Repaired($"CNI network \"{record.CniNetwork}\" publishes them."),
    };
}
