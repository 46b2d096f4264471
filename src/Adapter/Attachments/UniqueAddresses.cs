using System.Net;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// One address of a CNI network, one container; and one MAC. An IPAM plugin whose store is lost gives again what it gave before, and one
/// that keeps none gives the same to everybody; the journal knows who has it. Two links of one network with one MAC both lose packets.
/// </summary>
internal sealed class UniqueAddresses(Journal journal, JournalOwners holders, RepairSignal signal)
{
    private readonly Lock _looking = new();

    // Those who have been let pass, until their record says so.
    private readonly HashSet<string> _passed = new(StringComparer.Ordinal);

    /// <param name="made">The attachment as its plugins left it; <see cref="Written"/> is to be called for it, however this ends.</param>
    /// <exception cref="CnmException">Another container has its MAC or one of its addresses.</exception>
    public void Require(AttachmentRecord made)
    {
        lock (_looking)
        {
            foreach (var address in made.Snapshot!.Addresses.Where(address => !EndpointAnswer.IsLinkLocal(address)))
            {
                if (holders.Other(made.ContainerId, made.CniNetwork, IPAddress.Parse(address.Address), Has) is { } other)
                {
                    // Plugins that know their rules by the address alone, as firewall does, would undo the other's.
                    journal.Attachments.Keep(made with { Result = CniRecord.ToElement(CniRecord.WithoutAddresses(CniRecord.Result(made)!).Json) });
                    signal.Raise(); // Repair has the plugin write down again what it has forgotten.
                    throw Taken(made.CniNetwork, address.Address, other);
                }
            }

            if (WithMacOf(made) is { } twin)
            {
                throw new CnmException(
                    $"MAC {made.Snapshot.Mac} is taken on CNI network \"{made.CniNetwork}\": {JournalOwners.OwnerOf(twin).Description} has it, and both would lose packets. " +
                    "Choose another with --mac-address, or leave that out.");
            }

            _passed.Add(made.EndpointId);
        }
    }

    /// <summary>The record tells by now how the attachment ended.</summary>
    public void Written(string endpointId)
    {
        lock (_looking)
            _passed.Remove(endpointId);
    }

    // Links of some kinds have the MAC of their parent, all of them.
    private AttachmentRecord? WithMacOf(AttachmentRecord made) => made.Snapshot is not { Kind: not ("ipvlan" or "ipvtap" or "vlan"), Mac.Length: > 0 } own ? null : journal.Attachments.All.FirstOrDefault(other =>
        other.ContainerId != made.ContainerId && other.CniNetwork == made.CniNetwork && other.Phase != AttachmentPhase.Deleting
        && other.Snapshot?.Mac == own.Mac && (other.Phase != AttachmentPhase.Adding || _passed.Contains(other.EndpointId)));

    // Of those that are being made, one with a reserved address has it already.
    private bool Has(AttachmentRecord other) => other.Phase != AttachmentPhase.Adding || other.Reserved.Count > 0 || _passed.Contains(other.EndpointId);

    private static CnmException Taken(string cniNetwork, string address, AddressOwner other) => new(
        $"CNI network \"{cniNetwork}\" gave the address {address}, which {other.Description} has already: its IPAM plugin has lost the record of that, or keeps none. " +
        "Nothing was attached. cnm-cni repair has the plugin write down again what it has lost; then start the container again. Where the plugin keeps no records (static), " +
        "one container at a time can have the address.");
}
