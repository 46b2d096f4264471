using System.Net;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Neighbours;

/// <summary>Who has addresses through this bridge, as the journal knows.</summary>
internal sealed class OwnHolders(Journal journal)
{
    /// <summary>Attachments, and reservations that none of them uses yet or any more.</summary>
    public IReadOnlyList<OwnHolder> All
    {
        get
        {
            var attachments = journal.Attachments.All.Select(ToHolder).ToArray();
            var used = attachments.Select(holder => holder.ContainerId).ToHashSet(StringComparer.Ordinal);
            return [.. attachments, .. journal.Reservations.All.Where(record => !used.Contains(record.ContainerId)).Select(ToHolder)];
        }
    }

    private static OwnHolder ToHolder(AttachmentRecord record) => new(
        record.ContainerId,
        record.CniNetwork,
        record.EndpointId,
        record.ContainerName,
        [.. Addresses(record).Select(IPAddress.Parse)]);

    private static IEnumerable<string> Addresses(AttachmentRecord record) => record.Snapshot is { } snapshot
        ? snapshot.Addresses.Where(address => !EndpointAnswer.IsLinkLocal(address)).Select(address => address.Address)
        : record.Reserved.Select(address => address.Split('/')[0]);

    private static OwnHolder ToHolder(ReservationRecord record) => new(
        record.ContainerId,
        record.CniNetwork,
        EndpointId: null,
        record.ContainerName,
        [.. record.Addresses.Select(address => IPAddress.Parse(address.Ip))]);
}
