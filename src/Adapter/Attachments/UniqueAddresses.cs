using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Each address of a CNI network belongs to one container, and each MAC. An IPAM plugin that lost its store gives an address a second time,
/// and one without a store gives the same to everybody; the journal knows who has it. Two links of one network with one MAC lose packets.
/// </summary>
internal sealed class UniqueAddresses(Journal journal, JournalOwners owners, RepairSignal signal)
{
    private readonly Lock _lock = new();

    // Guarded by _lock: endpoints that passed and whose record does not show it yet.
    private readonly HashSet<string> _passed = new(StringComparer.Ordinal);

    /// <param name="made">The attachment as its plugins made it. The caller calls <see cref="Written"/> for it, also after a
    /// failure.</param>
    /// <exception cref="CnmException">Another container has its MAC or one of its addresses.</exception>
    public void Require(AttachmentRecord made)
    {
        lock (_lock)
        {
            foreach (var address in made.LinkAddresses)
            {
                if (owners.Other(made.ContainerId, made.CniNetwork, IPAddress.Parse(address.Address), Has) is { } other)
                {
                    // Plugin firewall finds its rules by the address alone: DEL with the address would remove those of the other container.
                    var result = CniRecord.WithoutAddresses(CniRecord.Result(made)!);
                    journal.Attachments.Keep(made with { Result = CniRecord.ToElement(result.Json) });
                    signal.Raise(); // Repair lets the plugin record again what it has lost.
                    throw Taken(made.CniNetwork, address.Address, other);
                }
            }

            if (WithMacOf(made) is { } twin)
            {
                throw new CnmException(
                    $"MAC {made.Snapshot!.Mac} is taken on CNI network \"{made.CniNetwork}\": {JournalOwners.OwnerOf(twin).Description} " +
                    "has it, and both would lose packets. Choose another with --mac-address, or omit it.");
            }

            _passed.Add(made.EndpointId);
        }
    }

    /// <summary>The record shows by now how the attachment ended.</summary>
    public void Written(string endpointId)
    {
        lock (_lock)
            _passed.Remove(endpointId);
    }

    private AttachmentRecord? WithMacOf(AttachmentRecord made) => made.Snapshot is not { HasOwnMac: true } own
        ? null
        : journal.AttachmentsWith(own.Mac).FirstOrDefault(other =>
            other.ContainerId != made.ContainerId && other.CniNetwork == made.CniNetwork && !other.IsCleanupPending
            && (!other.IsUnfinished || _passed.Contains(other.EndpointId)));

    // A reserved address is the attachment's before its chain has run.
    private bool Has(AttachmentRecord other) => !other.IsUnfinished || other.Reserved.Count > 0 || _passed.Contains(other.EndpointId);

    private static CnmException Taken(string cniNetwork, string address, AddressOwner other) => new(
        $"CNI network \"{cniNetwork}\" gave the address {address}, which {other.Description} has already: its IPAM plugin has lost the " +
        "record of that, or keeps none. Nothing was attached. If it has lost it, cnm-cni repair restores it: start the container again. " +
        "If it keeps none (static), only one container at a time can have the address.");
}
