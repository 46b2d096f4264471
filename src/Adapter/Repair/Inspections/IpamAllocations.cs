using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Addresses that an IPAM plugin with a readable store gave to an attachment or a reservation.</summary>
/// <param name="Record">The owner. The store has it by its container id.</param>
/// <param name="What">For people; begins a sentence.</param>
/// <param name="Remedy">How the container gets another address.</param>
/// <param name="Network">The configuration that the plugin was given.</param>
/// <param name="Attachment">The attachment that the plugin was given.</param>
/// <param name="Store">Where the plugin records it.</param>
/// <param name="Addresses">With prefix length.</param>
internal sealed record IpamAllocation(
    PluginRecord Record,
    string What,
    string Remedy,
    NetworkConfiguration Network,
    Attachment Attachment,
    HostLocalStore Store,
    IReadOnlyList<Cidr> Addresses);

/// <summary>All allocations by the journal at this moment, without records that are being made or removed.</summary>
internal sealed class IpamAllocations(Journal journal, CniAttachment cni)
{
    public IReadOnlyList<IpamAllocation> All
    {
        get
        {
            var users = journal.Attachments.All.ToLookup(record => record.ContainerId, StringComparer.Ordinal);
            return
            [
                .. journal.Reservations.All.Select(record => Find(record, users[record.ContainerId].FirstOrDefault()))
                    .OfType<IpamAllocation>(),
                .. journal.Attachments.All.Select(Find).OfType<IpamAllocation>(),
            ];
        }
    }

    /// <summary>The allocation as it is now; null when it has ended or changed.</summary>
    public IpamAllocation? Current(IpamAllocation allocation)
    {
        var current = journal.Current(allocation.Record) switch
        {
            ReservationRecord reservation => ToAllocation(reservation, journal.UserOf(reservation.ContainerId)),
            AttachmentRecord attachment => ToAllocation(attachment),
            _ => null,
        };
        return current is not null && current.Addresses.SequenceEqual(allocation.Addresses) ? current : null;
    }

    private IpamAllocation? Find(ReservationRecord record, AttachmentRecord? user) => Readable(() => ToAllocation(record, user));

    private IpamAllocation? Find(AttachmentRecord record) => Readable(() => ToAllocation(record));

    // Status reports an invalid configuration or result. The other allocations are compared all the same.
    private static IpamAllocation? Readable(Func<IpamAllocation?> toAllocation)
    {
        try
        {
            return toAllocation();
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            return null;
        }
    }

    // A reservation that Docker has released keeps its addresses while an attachment uses them.
    private IpamAllocation? ToAllocation(ReservationRecord record, AttachmentRecord? user)
    {
        var ownsAddresses = record.Phase == ReservationPhase.Reserved || (record.IsCleanupPending && user is not null);
        if (!ownsAddresses || record.Addresses.Count == 0)
            return null;

        var network = CniRecord.Configuration(record);
        return HostLocalStore.Of(network) is not { } store ? null : new IpamAllocation(
            record,
            user?.Text() ?? record.Text(),
            user is null ? "The container that is being started with it will share it with another."
                : RecordText.Restart(user.ContainerName),
            network,
            cni.Of(record),
            store,
            [.. record.KnownAddresses]);
    }

    // With a reservation, that one owns the addresses. Otherwise the chain's own DEL releases them by container id and interface name.
    private IpamAllocation? ToAllocation(AttachmentRecord record)
    {
        if (record.Phase is not (AttachmentPhase.Added or AttachmentPhase.Joined) || record.Reserved.Count > 0
            || journal.Reservations.Find(record.ContainerId) is not null)
            return null;

        var network = CniRecord.Configuration(record);
        if (HostLocalStore.Of(network) is not { } store || (store.IsGuessed && !store.IsUsedSince(record.Since))
            || CniRecord.Result(record) is not { Ips: { Count: > 0 } ips })
            return null;

        var source = Delegates.Resolve(network);
        return new IpamAllocation(
            record,
            record.Text(),
            RecordText.Restart(record.ContainerName),
            MainPlugin.Of(source).IpamType is not null
                ? source
                : IpamConfiguration.WithHostLocal(network, Path.GetDirectoryName(store.Path)!, ips),
            cni.Of(record),
            store,
            [.. ips.Select(ip => new Cidr(ip.Address, ip.PrefixLength))]);
    }
}

/// <summary>
/// Lets an IPAM plugin record addresses again that its store has lost and nobody else has: with ADD for exactly these addresses, under the
/// same container id and interface name, so that the later DEL releases them.
/// </summary>
internal sealed class AddressRecovery(IpamAllocations allocations, AttachmentGates gates, CniRuntime runtime)
{
    public async Task<RepairResult> RecoverAsync(IpamAllocation seen, IReadOnlyList<Cidr> missing, CancellationToken cancellationToken)
    {
        using var gate = await gates.EnterAsync(seen.Record.Id, cancellationToken);
        if (allocations.Current(seen) is not { } allocation || missing.Any(address => allocation.Store.Find(address.Address) is not null))
            return RepairResult.Unneeded; // It has ended, or the addresses are not missing any more: the next pass sees their owner.

        IPAddress[] addresses = [.. missing.Select(address => address.Address)];
        var network = IpamConfiguration.WithRangesOf(allocation.Network, addresses);
        var (asked, attachment) = AddressArguments.Exactly(network, allocation.Attachment, [.. missing.Select(address => $"{address}")]);
        try
        {
            var result = await runtime.AllocateAsync(asked, attachment, CancellationToken.None);
            return RepairResult.Repaired($"The IPAM plugin has given {string.Join(", ", result.Ips.Select(ip => ip.Address))} to it " +
                "again.");
        }
        catch (CniException refused)
        {
            return RepairResult.Failed($"The IPAM plugin does not give it back: {refused.Message}");
        }
    }
}
