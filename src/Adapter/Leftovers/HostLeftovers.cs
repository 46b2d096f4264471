using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Neighbours;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Leftovers;

/// <summary>
/// What this host still holds for an attachment: rules, and addresses in the store of its IPAM plugin. Asked where the answers of plugins do not tell
/// whether their work is undone; a plugin that fails over rules which are not there, and one that succeeds without having looked, look alike.
/// </summary>
internal sealed class HostLeftovers(FirewallDump firewall, AddressStores stores, OwnHolders holders, Journal journal)
{
    /// <returns>The rules that are there for it, each as the firewall writes it down.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> RulesAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        var own = record.Snapshot?.Addresses.Where(address => !EndpointAnswer.IsLinkLocal(address)) ?? [];
        var marks = new FirewallMarks(
            record.CniNetwork,
            record.ContainerId,
            own.Where(address => holders.Other(record.ContainerId, record.CniNetwork, IPAddress.Parse(address.Address), _ => true) is null));
        return [.. (await firewall.ReadAsync(cancellationToken)).Where(marks.IsOn).Select(line => $"rule {line.Trim()}").Distinct(StringComparer.Ordinal)];
    }

    /// <returns>The addresses that the store of its IPAM plugin has for it; empty where a reservation holds them, whose release frees them.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public async Task<IReadOnlyList<string>> AddressesAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        if (journal.Reservations.Find(record.ContainerId) is not null || HostLocalStore.Of(CniAttachment.Configuration(record)) is not { } store)
        {
            return [];
        }

        var stored = await stores.ReadAsync(store, cancellationToken) ?? throw new IOException($"{store.Path} cannot be read, so it is not known which addresses are left");
        return [.. stored.Where(address => address.OwnerId == record.ContainerId).Select(address => $"address {address.Address} in {store.Path}")];
    }
}
