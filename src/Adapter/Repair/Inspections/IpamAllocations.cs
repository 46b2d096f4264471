using Bridge.Adapter.Attachments;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Whatever of ours has addresses from an IPAM plugin with a store that can be read, as the journal says at this moment; without what is
/// just being made or undone.
/// </summary>
internal sealed class IpamAllocations(Journal journal, CniAttachment cni)
{
    public IReadOnlyList<IpamAllocation> All
    {
        get
        {
            var attachments = journal.Attachments.All.ToLookup(record => record.ContainerId, StringComparer.Ordinal);
            return
            [
                .. journal.Reservations.All.Where(record => Holds(record, attachments.Contains(record.ContainerId)))
                    .Select(record => Readable(() => ToHolding(record, attachments[record.ContainerId].FirstOrDefault()))).OfType<IpamAllocation>(),
                .. journal.Attachments.All.Where(Holds).Select(record => Readable(() => ToHolding(record))).OfType<IpamAllocation>(),
            ];
        }
    }

    /// <summary>The same one as it is now; null when it has been given up, or is being.</summary>
    public IpamAllocation? Again(IpamAllocation allocation) => Now(allocation) is { } now && now.Cidrs.SequenceEqual(allocation.Cidrs) ? now : null;

    // This one alone: to read all again for each of them would be the square of the work.
    private IpamAllocation? Now(IpamAllocation allocation)
    {
        if (journal.Reservations.Find(allocation.ContainerId) is { } reservation)
        {
            var user = journal.Attachments.All.FirstOrDefault(record => record.ContainerId == allocation.ContainerId);
            return Holds(reservation, user is not null) ? ToHolding(reservation, user) : null;
        }

        return journal.Attachments.Find(allocation.GateId) is { } attachment && Holds(attachment) ? ToHolding(attachment) : null;
    }

    // One that Docker has released already still holds its addresses while an attachment uses them.
    private static bool Holds(ReservationRecord record, bool isUsed) =>
        record.Addresses.Count > 0 && (record.Phase == ReservationPhase.Reserved || (record.Phase == ReservationPhase.Releasing && isUsed));

    // With a reservation, that one holds them.
    private bool Holds(AttachmentRecord record) =>
        record.Phase is AttachmentPhase.Added or AttachmentPhase.Joined && record.Reserved.Count == 0 && journal.Reservations.Find(record.ContainerId) is null;

    // A configuration or a result that makes no sense is told by status; what the others hold can be compared all the same.
    private static IpamAllocation? Readable(Func<IpamAllocation?> toHolding)
    {
        try
        {
            return toHolding();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            return null;
        }
    }

    private IpamAllocation? ToHolding(ReservationRecord record, AttachmentRecord? user)
    {
        var network = CniRecord.Configuration(record);
        return HostLocalStore.Of(network) is { } store
            ? new IpamAllocation(
                record.ContainerId,
                record.ContainerId,
                user?.Text() ?? record.Text(),
                user is null ? "The container that is being started with it will have it together with another." : RecordText.Restart(user.ContainerName),
                network,
                cni.Of(record),
                store,
                [.. record.Addresses.Select(address => address.Address)])
            : null;
    }

    // The chain's own DEL releases them by container id and interface name, whoever asked for them.
    private IpamAllocation? ToHolding(AttachmentRecord record)
    {
        var network = CniRecord.Configuration(record);
        if (HostLocalStore.Of(network) is not { } store || (store.IsGuessed && !store.IsUsedSince(record.Since))
            || CniRecord.Result(record) is not { Ips: { Count: > 0 } ips })
        {
            return null;
        }

        return new IpamAllocation(
            record.ContainerId,
            record.EndpointId,
            record.Text(),
            RecordText.Restart(record.ContainerName),
            MainPlugin.Of(network).IpamType is null ? IpamConfiguration.WithHostLocal(network, Path.GetDirectoryName(store.Path)!, ips) : network,
            cni.Of(record),
            store,
            [.. ips.Select(ip => $"{ip.Address}/{ip.PrefixLength}")]);
    }
}
