using System.Net;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// What remains on this host of an attachment or a reservation in the journal, without what belongs to another container by now.
/// </summary>
internal sealed class AttachmentLeftovers(
    HostLeftovers host, RuleTraces traces, UnwrittenAddresses unwritten, JournalOwners owners, AddressStores stores,
    ConfigurationDirectory configurations, Journal journal)
{
    /// <summary>Whether <see cref="RulesAsync"/> may find something after a DEL of the chain that succeeded; asks no tool.</summary>
    public bool MayHaveRules(AttachmentRecord record) => traces.MayHaveRules(record);

    /// <summary>Whether <see cref="PortRulesAsync"/> may find something after a DEL that succeeded; asks no tool.</summary>
    public bool MayHavePortRules(AttachmentRecord record) => traces.MayHavePortRules(record);

    /// <returns>Its firewall rules, as the tools write them.</returns>
    /// <exception cref="IOException">They could not be read.</exception>
    public async Task<IReadOnlyList<string>> RulesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        await host.RulesAsync((await MarksOfAsync(record, cancellationToken)).IsOn, cancellationToken);

    /// <returns>Those of its rules that publish ports; of a running container the others must stay.</returns>
    /// <exception cref="IOException">They could not be read.</exception>
    public async Task<IReadOnlyList<string>> PortRulesAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        var marks = await MarksOfAsync(record, cancellationToken);
        return await host.RulesAsync(line => marks.IsOn(line) && FirewallMarks.IsOfPorts(line), cancellationToken);
    }

    /// <returns>Its addresses in the store of the IPAM plugin; empty with a reservation, whose release frees them.</returns>
    /// <exception cref="IOException">The store could not be read.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        journal.Reservations.Find(record.ContainerId) is null
            ? await host.AddressesAsync(CniRecord.Configuration(record), record.ContainerId, cancellationToken)
            : [];

    /// <returns>Its addresses in the store of the IPAM plugin.</returns>
    /// <exception cref="IOException">The store could not be read.</exception>
    public Task<IReadOnlyList<string>> AddressesAsync(ReservationRecord record, CancellationToken cancellationToken) =>
        host.AddressesAsync(CniRecord.Configuration(record), record.ContainerId, cancellationToken);

    /// <inheritdoc cref="UnwrittenAddresses.FreeAsync"/>
    public Task FreeUnwrittenAddressesAsync(PluginRecord record) => unwritten.FreeAsync(record);

    /// <summary>Whether another container has one of its addresses by now, as with a record that was restored from a backup.</summary>
    public async Task<bool> HasGivenAwayAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        (await OwnAsync(record, cancellationToken)).Count < record.LinkAddresses.Count();

    private async Task<FirewallMarks> MarksOfAsync(AttachmentRecord record, CancellationToken cancellationToken) =>
        new(record.CniNetwork, record.ContainerId, await OwnAsync(record, cancellationToken));

    private async Task<IReadOnlyList<LinkAddress>> OwnAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        // Not the recorded configuration: with a reservation that one has plugin static, which has no store.
        var network = configurations.Load().Find(record.CniNetwork);
        var own = new List<LinkAddress>();
        foreach (var address in record.LinkAddresses)
        {
            var ip = IPAddress.Parse(address.Address);
            var stored = network is null ? null : await stores.FindAsync(network, ip, cancellationToken);
            var isStoredForAnother = stored?.OwnerId is { } owner && owner != record.ContainerId;
            if (!isStoredForAnother && owners.Other(record.ContainerId, record.CniNetwork, ip, _ => true) is null)
                own.Add(address);
        }

        return own;
    }
}
