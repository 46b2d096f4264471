using Bridge.Adapter.Attachments;
using Bridge.Adapter.Docker;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Published ports: journal × sockets and firewall of the host. While cnm-cni does not run nothing reserves them, and a program or a pod
/// may take one.
/// </summary>
internal sealed class PortInspection(Journal journal, PortReservations ports, ForeignPorts foreignPorts) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return null;

        (AttachmentRecord Record, PortMapping Mapping)[] published =
        [
            .. journal.Attachments.All.Where(record => record.Phase == AttachmentPhase.Joined)
                .SelectMany(record => record.PublishedPorts ?? [], (record, mapping) => (record, mapping)),
        ];
        var foreign = await foreignPorts.FindAsync([.. published.Select(port => Request(port.Mapping))], cancellationToken);
        var unheld = ports.Unheld();
        return
        [
            .. published.Select(port =>
                foreign.FirstOrDefault(other => IsSame(port.Mapping, other)) is { } other ? ToFinding(port.Record, port.Mapping, other)
                : unheld.FirstOrDefault(one => one.EndpointId == port.Record.EndpointId && one.Mapping == port.Mapping) is { } one
                    ? ToFinding(port.Record, one)
                : null).OfType<Finding>(),
        ];
    }

    private static RequestedPort Request(PortMapping mapping) =>
        new(mapping.Protocol, mapping.ContainerPort, mapping.HostIp, mapping.HostPort, mapping.HostPort);

    private static bool IsSame(PortMapping mapping, ForeignPort other) =>
        other.Port == mapping.HostPort && other.Protocol == mapping.Protocol && HostAddresses.Overlap(other.HostIp, mapping.HostIp);

    private static Finding ToFinding(AttachmentRecord record, PortMapping mapping, ForeignPort other) =>
        Contested(record, mapping, $"{other.Owner} publishes host port {Name(mapping)} as well") with
        {
            Remedy = "Only one of them receives its packets: stop one, or publish it on another port.",
        };

    private Finding ToFinding(AttachmentRecord record, UnheldPort unheld) => unheld.IsFree
        ? Contested(
            record, unheld.Mapping, $"its host port {Name(unheld.Mapping)} is not reserved, since another program on this host had it") with
        {
            Repair = _ => Task.FromResult(ports.Hold(record.EndpointId)
                ? RepairResult.Repaired("It is reserved again.")
                : RepairResult.Reported("Another program has it.")),
        }
        : Contested(
            record,
            unheld.Mapping,
            $"its host port {Name(unheld.Mapping)} is in use by another program on this host as well (ss -lnp shows which)") with
        {
            Remedy = "Its packets go to the container: give the program another port, or restart the container with another.",
        };

    private static Finding Contested(AttachmentRecord record, PortMapping mapping, string why) =>
        new(FindingKind.ContestedPort, $"{record.EndpointId}/{Name(mapping)}", record.Text(), why);

    private static string Name(PortMapping mapping) => $"{mapping.HostPort}/{mapping.Protocol}";
}

/// <summary>
/// Ports whose publisher has left: journal × other networks of the container. Docker sends no call when a network of another driver is
/// disconnected; its event triggers a pass.
/// </summary>
internal sealed class UnpublishedPortInspection(UnaskedPublisher unasked, IDockerEngine docker) : IInspection
{
    // While networks are connected and disconnected one after the other, the next gateway comes in a moment.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (context.Docker is null)
            return null;

        // Before Docker 28 an internal network has a default route, and publishes nothing.
        DockerNetwork[] silent = unasked.MayHaveHeirs
            ? [.. (await docker.NetworksAsync(cancellationToken)).Where(network => network.Internal)]
            : [];
        return [.. unasked.Heirs(silent).Select(ToFinding)];
    }

    private Finding ToFinding(AttachmentRecord record) => new(
        FindingKind.UnpublishedPort,
        record.EndpointId,
        record.Text(),
        "its ports are published nowhere, since the network that published them was disconnected")
    {
        Grace = Settling,
        Repair = async _ => await unasked.PublishAsync(record) is { } problem
            ? RepairResult.Reported(problem)
            : RepairResult.Repaired($"CNI network \"{record.CniNetwork}\" publishes them."),
    };
}
