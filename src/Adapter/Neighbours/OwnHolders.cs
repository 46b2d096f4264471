using System.Net;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

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

    /// <summary>
    /// Who else has an address that the plugins have just given to a container; null when nobody has. Those who are being undone do not count: what is
    /// theirs goes back to the IPAM plugin.
    /// </summary>
    /// <param name="containerId">CNI_CONTAINERID of the one that was given it.</param>
    /// <param name="cniNetwork">Name of the CNI network.</param>
    /// <param name="address">The address.</param>
    /// <param name="counts">Whether another attachment does, as far as it has come.</param>
    public OwnHolder? Other(string containerId, string cniNetwork, IPAddress address, Func<AttachmentRecord, bool> counts) => All
        .Where(other => other.ContainerId != containerId && other.CniNetwork == cniNetwork && other.Addresses.Contains(address))
        .FirstOrDefault(other => other.EndpointId is not { } id || (journal.Attachments.Find(id) is { Phase: not AttachmentPhase.Deleting } record && counts(record)));

    public static OwnHolder ToHolder(AttachmentRecord record) => new(
        record.ContainerId,
        record.CniNetwork,
        record.EndpointId,
        record.ContainerName,
        [.. Addresses(record)]);

    // What the kernel showed; in the making, what plugins have answered; before that, what is reserved.
    private static IEnumerable<IPAddress> Addresses(AttachmentRecord record) => (record.Snapshot, Result(record)) switch
    {
        ({ } snapshot, _) => snapshot.Addresses.Where(address => !EndpointAnswer.IsLinkLocal(address)).Select(address => IPAddress.Parse(address.Address)),
        (null, { } result) => result.Ips.Select(ip => ip.Address),
        _ => record.Reserved.Select(address => Cidr.AddressIn(address)),
    };

    // One that makes no sense is told by status, and is no reason to refuse everybody else.
    private static CniResult? Result(AttachmentRecord record)
    {
        try
        {
            return record.Snapshot is null ? CniRecord.Result(record) : null;
        }
        catch (Exception senseless) when (senseless is CniException or CniConfigurationException or InvalidOperationException)
        {
            return null;
        }
    }

    private static OwnHolder ToHolder(ReservationRecord record) => new(
        record.ContainerId,
        record.CniNetwork,
        EndpointId: null,
        record.ContainerName,
        [.. record.Addresses.Select(address => IPAddress.Parse(address.Ip))]);
}
