using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Published ports: journal × sockets and firewall of the host. While the daemon does not run nobody holds them, and a program or a pod may take one.
/// </summary>
internal sealed class PortInspection(Journal journal, PortReservations ports, ForeignPorts foreignPorts) : IInspection
{
    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (!context.IsThorough)
            return null;

        var published = journal.Attachments.All.Where(record => record is { Phase: AttachmentPhase.Joined, PublishedPorts.Count: > 0 }).ToArray();
        var foreign = await foreignPorts.FindAsync([.. published.SelectMany(record => record.PublishedPorts!).Select(Request)], cancellationToken);
        var unheld = ports.Unheld();
        return
        [
            .. published.SelectMany(record => record.PublishedPorts!, (record, mapping) => (Record: record, Mapping: mapping)).Select(port =>
                foreign.FirstOrDefault(other => IsSame(port.Mapping, other)) is { } other ? ToFinding(port.Record, port.Mapping, other)
                : unheld.FirstOrDefault(one => one.EndpointId == port.Record.EndpointId && one.Mapping == port.Mapping) is { } one ? ToFinding(port.Record, one)
                : null).OfType<Finding>(),
        ];
    }

    private static RequestedPort Request(PortMapping mapping) => new(mapping.Protocol, mapping.ContainerPort, mapping.HostIp, mapping.HostPort, mapping.HostPort);

    private static bool IsSame(PortMapping mapping, ForeignPort other) =>
        other.Port == mapping.HostPort && other.Protocol == mapping.Protocol && HostAddresses.Overlap(other.HostIp, mapping.HostIp);

    private static Finding ToFinding(AttachmentRecord record, PortMapping mapping, ForeignPort other) => new(
        FindingKind.ContestedPort, Subject(record, mapping), record.Text(), $"{other.Owner} publishes host port {Name(mapping)} as well")
    {
        Remedy = "Only one of them gets what is sent there: stop one, or publish it on another port.",
    };

    private Finding ToFinding(AttachmentRecord record, UnheldPort unheld) => unheld.IsFree
        ? new Finding(FindingKind.ContestedPort, Subject(record, unheld.Mapping), record.Text(), $"its host port {Name(unheld.Mapping)} is not held, since another program on this host had it")
        {
            Repair = _ => Task.FromResult(ports.Hold(record.EndpointId) ? RepairResult.Repaired("It is held again.") : RepairResult.Reported("Another program has it.")),
        }
        : new Finding(FindingKind.ContestedPort, Subject(record, unheld.Mapping), record.Text(), $"its host port {Name(unheld.Mapping)} is in use by another program on this host as well (ss -lnp shows which)")
        {
            Remedy = "What is sent there goes to the container: give the program another port, or restart the container with another.",
        };

    private static string Subject(AttachmentRecord record, PortMapping mapping) => $"{record.EndpointId}/{Name(mapping)}";

    private static string Name(PortMapping mapping) => $"{mapping.HostPort}/{mapping.Protocol}";
}
