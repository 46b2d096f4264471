using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>What this host still holds for an attachment of the journal, without what is somebody else's by now.</summary>
internal sealed class AttachmentLeftovers(HostLeftovers host, JournalOwners holders, AddressStores stores, ConfigurationDirectory configurations, Journal journal)
{
    /// <returns>The rules that are there for it, each as the firewall writes it down.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> RulesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        await host.RulesAsync((await MarksOfAsync(record, cancellationToken)).IsOn, cancellationToken);

    /// <returns>Those of them that publish its ports. All others of a container that runs are as they should be.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> PortRulesAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        var marks = await MarksOfAsync(record, cancellationToken);
        return await host.RulesAsync(line => marks.IsOn(line) && FirewallMarks.IsOfPorts(line), cancellationToken);
    }

    /// <returns>The addresses that the store of its IPAM plugin has for it; empty where a reservation holds them, whose release frees them.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        journal.Reservations.Find(record.ContainerId) is null
            ? await host.AddressesAsync(CniRecord.Configuration(record), record.ContainerId, cancellationToken)
            : [];

    /// <summary>Whether somebody else has one of its addresses by now: an old record that came back is of an address that has been given again since.</summary>
    public async Task<bool> HasGivenAwayAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        (await OwnAsync(record, cancellationToken)).Count < Addresses(record).Count();

    private async Task<FirewallMarks> MarksOfAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        new(record.CniNetwork, record.ContainerId, await OwnAsync(record, cancellationToken));

    private async Task<IReadOnlyList<LinkAddress>> OwnAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        // As it is recorded, an address that was reserved ahead is "static".
        var network = configurations.Load().Find(record.CniNetwork);
        var own = new List<LinkAddress>();
        foreach (var address in Addresses(record))
        {
            var ip = IPAddress.Parse(address.Address);
            var stored = network is null ? null : await stores.FindAsync(network, ip, cancellationToken);
            var isStoredForAnother = stored?.OwnerId is { } owner && owner != record.ContainerId;
            if (!isStoredForAnother && holders.Other(record.ContainerId, record.CniNetwork, ip, _ => true) is null)
                own.Add(address);
        }

        return own;
    }

    private static IEnumerable<LinkAddress> Addresses(AttachmentRecord record) => (record.Snapshot?.Addresses ?? []).Where(address => !EndpointAnswer.IsLinkLocal(address));
}
