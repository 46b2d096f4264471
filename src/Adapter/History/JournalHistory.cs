using Bridge.Adapter.Redaction;
using Bridge.Adapter.State;

namespace Bridge.Adapter.History;

/// <summary>
/// Makes events of the moves that the journal has recorded: who has which address, when, and what is published. Called under the lock of
/// the journal, so the events of a record come in their order.
/// </summary>
internal sealed class JournalHistory(HistoryLog history)
{
    // The attachments whose ports are reserved and not yet published: Publisher writes the intent, runs the plugins, and writes the result,
    // or takes the intent back. Guarded by the lock of the attachments.
    private readonly HashSet<string> _publishing = new(StringComparer.Ordinal);

    public void Observe(Journal journal)
    {
        if (!history.IsOn)
            return;

        journal.Networks.Changed = Network;
        journal.Attachments.Changed = Attachment;
        journal.Reservations.Changed = Reservation;
    }

    private void Network(NetworkRecord? before, NetworkRecord? after)
    {
        if (before is not null && after is not null)
            return;

        var record = (before ?? after)!;
        history.Add(before is null ? HistoryEventKind.NetworkMade : HistoryEventKind.NetworkRemoved,
            (made, _) => made with { NetworkId = record.NetworkId, CniNetwork = record.CniNetwork });
    }

    private void Reservation(ReservationRecord? before, ReservationRecord? after)
    {
        if (after?.Phase == ReservationPhase.Reserved && before?.Phase != ReservationPhase.Reserved)
            Add(HistoryEventKind.AddressReserved, after);
        else if (after is null && before?.Phase == ReservationPhase.Releasing)
            Add(HistoryEventKind.AddressReleased, before);

        AddFailure(before, after);
    }

    private void Attachment(AttachmentRecord? before, AttachmentRecord? after)
    {
        Ports(before, after);
        if (Move(before, after) is { } kind)
            Add(kind, (after ?? before)!);
        else if (after?.ContainerName is not null && after.ContainerName != before?.ContainerName)
            Add(HistoryEventKind.Named, after);

        AddFailure(before, after);
    }

    private static HistoryEventKind? Move(AttachmentRecord? before, AttachmentRecord? after) => (before?.Phase, after?.Phase) switch
    {
        (AttachmentPhase.Joined, AttachmentPhase.Joined) => null,
        (_, AttachmentPhase.Joined) => HistoryEventKind.Attached,
        (not AttachmentPhase.Added, AttachmentPhase.Added) when after!.IsWarm => HistoryEventKind.MadeAhead,
        (not AttachmentPhase.Deleting, AttachmentPhase.Deleting) => HistoryEventKind.Detaching,
        (AttachmentPhase.Deleting, null) => HistoryEventKind.Detached,

        // It was taken: the event of its next owner says so. Or it came back from its container.
        (AttachmentPhase.Added or AttachmentPhase.Joined, null) => before!.IsWarm ? null : HistoryEventKind.Detached,
        _ => null,
    };

    private void Ports(AttachmentRecord? before, AttachmentRecord? after)
    {
        if (after?.PublishedPorts is not null && before?.PublishedPorts is null)
            _publishing.Add(after.EndpointId);
        else if (after?.PublishedPorts is not null && _publishing.Remove(after.EndpointId))
            Add(HistoryEventKind.PortsPublished, after, after.PublishedPorts);
        else if (before?.PublishedPorts is not null && after?.PublishedPorts is null && !_publishing.Remove(before.EndpointId))
            Add(HistoryEventKind.PortsUnpublished, before, before.PublishedPorts);
    }

    private void AddFailure(PluginRecord? before, PluginRecord? after)
    {
        if (after?.CleanupError is { } error && after.CleanupAttempts > (before?.CleanupAttempts ?? 0))
        {
            history.Add(HistoryEventKind.CleanupFailed, (made, redactor) =>
            {
                Learn(after, redactor);
                return Of(made, after) with { Count = after.CleanupAttempts, Text = redactor.Text(error) };
            });
        }
    }

    // The secrets that plugins were given may be in their error, and the run that has them may not have been kept.
    private static void Learn(PluginRecord record, Redactor redactor)
    {
        foreach (var json in new[] { record.Configuration, record.Capabilities }.OfType<RecordedJson>())
            _ = redactor.Json(json.Utf8);

        foreach (var argument in record.Arguments)
            _ = redactor.Value(argument.Key, argument.Value);
    }

    private void Add(HistoryEventKind kind, PluginRecord record, IReadOnlyList<PortMapping>? ports = null) =>
        history.Add(kind, (made, _) => Of(made, record) with { Ports = ports is null ? null : [.. ports.Select(ToPort)] });

    private static HistoryEvent Of(HistoryEvent made, PluginRecord record)
    {
        var attachment = record as AttachmentRecord;
        return made with
        {
            EndpointId = attachment?.EndpointId ?? (record as ReservationRecord)?.EndpointId,
            ContainerId = record.ContainerId,
            Container = record.ContainerName,
            NetworkId = attachment?.NetworkId,
            CniNetwork = record.CniNetwork,
            Addresses = [.. record.KnownAddresses.Select(address => $"{address}")],
            Mac = attachment?.Snapshot?.Mac ?? record.Mac,
            InterfaceName = attachment?.NameInSandbox,
            SandboxKey = attachment?.SandboxKey,
        };
    }

    private static HistoryPort ToPort(PortMapping port) =>
        new(port.HostPort, port.ContainerPort, port.Protocol, port.HostIp.Length > 0 ? port.HostIp : null);
}
