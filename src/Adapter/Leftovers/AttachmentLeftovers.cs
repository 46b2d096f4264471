using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Neighbours;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Leftovers;

/// <summary>What this host still holds for an attachment of the journal, without what is somebody else's by now.</summary>
internal sealed class AttachmentLeftovers(HostLeftovers host, OwnHolders holders, Journal journal)
{
    /// <returns>The rules that are there for it, each as the firewall writes it down.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public Task<IReadOnlyList<string>> RulesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        host.RulesAsync(MarksOf(record).IsOn, cancellationToken);

    /// <returns>Those of them that publish its ports. All others of a container that runs are as they should be.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public Task<IReadOnlyList<string>> PortRulesAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        var marks = MarksOf(record);
        return host.RulesAsync(line => marks.IsOn(line) && FirewallMarks.IsOfPorts(line), cancellationToken);
    }

    /// <returns>The addresses that the store of its IPAM plugin has for it; empty where a reservation holds them, whose release frees them.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        journal.Reservations.Find(record.ContainerId) is null
            ? await host.AddressesAsync(CniAttachment.Configuration(record), record.ContainerId, cancellationToken)
            : [];

    private FirewallMarks MarksOf(AttachmentRecord record) => new(record.CniNetwork, record.ContainerId, Own(record));

    private IEnumerable<LinkAddress> Own(AttachmentRecord record) => (record.Snapshot?.Addresses ?? []).Where(address =>
        !EndpointAnswer.IsLinkLocal(address) && holders.Other(record.ContainerId, record.CniNetwork, IPAddress.Parse(address.Address), _ => true) is null);
}
