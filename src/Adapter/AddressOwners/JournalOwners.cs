using System.Net;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.AddressOwners;

/// <summary>Containers that have addresses through cnm-cni, as the journal records them.</summary>
internal sealed class JournalOwners(Journal journal)
{
    /// <summary>Attachments, and reservations that no attachment uses.</summary>
    public IReadOnlyList<AddressOwner> All
    {
        get
        {
            var attachments = journal.Attachments.All.Select(OwnerOf).ToArray();
            var used = attachments.Select(owner => owner.ContainerId).ToHashSet(StringComparer.Ordinal);
            return [.. attachments, .. journal.Reservations.All.Where(record => !used.Contains(record.ContainerId)).Select(OwnerOf)];
        }
    }

    /// <summary>
    /// The other owner of an address that the plugins have just given to a container; null when there is none. Attachments in clean-up do
    /// not count:
    /// their addresses go back to the IPAM plugin.
    /// </summary>
    /// <param name="containerId">CNI_CONTAINERID of the container.</param>
    /// <param name="cniNetwork">Name of the CNI network.</param>
    /// <param name="address">The address.</param>
    /// <param name="counts">Whether another attachment owns its addresses in its present phase.</param>
    public AddressOwner? Other(string containerId, string cniNetwork, IPAddress address, Func<AttachmentRecord, bool> counts)
    {
        var owners = journal.AttachmentsWith(address).Where(record => record.Phase != AttachmentPhase.Deleting && counts(record))
            .Select(OwnerOf)
            .Concat(journal.ReservationsOf(address).Where(record => journal.UserOf(record.ContainerId) is null).Select(OwnerOf));
        return owners.FirstOrDefault(other =>
            other.ContainerId != containerId && other.CniNetwork == cniNetwork && other.Addresses.Contains(address));
    }

    public static AddressOwner OwnerOf(AttachmentRecord record) =>
        new(record.IsWarm ? AddressOwnerKind.Warm : AddressOwnerKind.Container, record.ContainerId, [.. Addresses(record)])
        {
            Name = record.ContainerName,
            EndpointId = record.EndpointId,
            CniNetwork = record.CniNetwork,
        };

    private static AddressOwner OwnerOf(ReservationRecord record) =>
        new(AddressOwnerKind.Reservation, record.ContainerId, [.. record.Addresses.Select(address => IPAddress.Parse(address.Ip))])
        {
            Name = record.ContainerName,
            CniNetwork = record.CniNetwork,
        };

    // Best known first: the addresses in the kernel, those in the plugins' result, those reserved.
    private static IEnumerable<IPAddress> Addresses(AttachmentRecord record) =>
        Result(record)?.Ips.Select(ip => ip.Address) ?? record.KnownAddresses.Select(address => address.Address);

    // An unreadable result is reported by status. It must not fail the calls of other containers.
    private static CniResult? Result(AttachmentRecord record)
    {
        try
        {
            return record.Snapshot is null ? CniRecord.Result(record) : null;
        }
        catch (Exception unreadable) when (unreadable is CniException or CniConfigurationException or InvalidOperationException)
        {
            return null;
        }
    }
}
