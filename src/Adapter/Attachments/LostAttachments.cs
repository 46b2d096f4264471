using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Attachments whose record is gone or unreadable when their endpoint ends. Their container id leads to what their plugins made, as far as
/// the host shows it: the link, rules, ports in the firewall, addresses in the store. That is enough for DEL; rules that stay would lead to
/// the next container with the address.
/// </summary>
internal sealed class LostAttachments(
    Journal journal, ConfigurationDirectory configurations, StagingSandboxes staging, AttachmentLeftovers leftovers, AddressStores stores,
    FirewallListing firewall,
    TimeProvider timeProvider, ILogger<LostAttachments> logger)
{
    // By CNI network, the endpoint without a record that ended last and whose link was there. Docker releases its address right afterwards,
    // without the endpoint's id.
    private readonly ConcurrentDictionary<string, string> _withoutReservation = new(StringComparer.Ordinal);

    /// <summary>Restores the record of an endpoint, in phase Adding.</summary>
    /// <param name="endpointId">An endpoint without a record.</param>
    /// <param name="networkId">Its Docker network; empty when that is not known.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Null when nothing on the host is certainly its own.</returns>
    /// <exception cref="IOException">The host could not be read, or the record not written.</exception>
    public async Task<AttachmentRecord?> FindAsync(string endpointId, string networkId, CancellationToken cancellationToken)
    {
        var docker = journal.Networks.Find(networkId);
        if (journal.AdoptedBy(endpointId) is { } adopted && journal.UserOf(adopted.ContainerId) is not null)
            return null; // Its attachment waits for the next container.

        var candidate = journal.AdoptedBy(endpointId) is { } reservation
            ? OfReservation(reservation, endpointId, docker?.NetworkId ?? AnyNetworkOf(reservation))
            : docker is { Ipam: not IpamMode.Cni } && IsKnownToBeOurs(endpointId)
                ? await OfNetworkAsync(docker, endpointId, cancellationToken)
                : null;
        if (candidate is null && docker is { Ipam: IpamMode.Cni }
            && staging.HostLinks().Any(link => link.Name == InterfaceNames.Host(endpointId)))
            _withoutReservation[docker.CniNetwork] = endpointId;

        return candidate is null ? null : await FindAsync(candidate, cancellationToken);
    }

    /// <summary>
    /// As <see cref="FindAsync(string, string, CancellationToken)"/>, for an address that Docker releases and whose reservation has no
    /// record either: the store of the IPAM plugin has the container id.
    /// </summary>
    /// <returns>Null when the address has no owner, or none that is certainly one of ours.</returns>
    /// <exception cref="IOException">The host could not be read, or the record not written.</exception>
    public async Task<AttachmentRecord?> FindByAddressAsync(string cniNetwork, IPAddress address, CancellationToken cancellationToken)
    {
        if (configurations.Load().Find(cniNetwork) is not { } network
            || (await stores.FindAsync(network, address, cancellationToken))?.OwnerId is not { } owner
            || !Path.Exists(staging.PathOf(owner)) // Only cnm-cni makes that path.
            || journal.Reservations.Find(owner) is not null
            || journal.UserOf(owner) is not null)
        {
            return null;
        }

        var docker = journal.Networks.All.FirstOrDefault(record => record.CniNetwork == cniNetwork);
        if (docker is null || await OfNetworkAsync(docker, owner, cancellationToken) is not { } candidate)
            return null;

        return await FindAsync(
            _withoutReservation.TryRemove(cniNetwork, out var endpointId)
                ? candidate with { EndpointId = endpointId, ContainerId = owner, HostInterfaceName = InterfaceNames.Host(endpointId) }
                : candidate,
            cancellationToken);
    }

    private async Task<AttachmentRecord?> FindAsync(AttachmentRecord candidate, CancellationToken cancellationToken)
    {
        var link = staging.HostLinks().FirstOrDefault(link => link.Name == candidate.HostInterfaceName
            || link.Name == InterfaceNames.Host(candidate.ContainerId)); // One that was made ahead has its name from the container id.
        var rules = await leftovers.RulesAsync(candidate, cancellationToken);
        if (link is null && rules.Count == 0 && (await leftovers.AddressesAsync(candidate, cancellationToken)).Count == 0)
            return null; // DEL has removed everything.

        var found = await WithPortsAsync(
            candidate with
            {
                Snapshot = WithLink(candidate.Snapshot!, link),
                HostInterfaceName = link?.Name ?? candidate.HostInterfaceName,
            },
            cancellationToken);
        journal.Attachments.Write(found);
        var addresses = string.Join(", ", found.Snapshot!.Addresses.Select(address => address.Address));
        logger.AttachmentFoundAgain(found.EndpointId, found.CniNetwork, addresses);
        return found;
    }

    private string AnyNetworkOf(ReservationRecord reservation) =>
        journal.Networks.All.FirstOrDefault(record => record.CniNetwork == reservation.CniNetwork)?.NetworkId ?? reservation.ContainerId;

    // Any other endpoint was never attached here, and reading the firewall would be wasted.
    private bool IsKnownToBeOurs(string endpointId) =>
        journal.Attachments.IsUnreadable(endpointId) || Path.Exists(staging.PathOf(endpointId));

    private AttachmentRecord OfReservation(ReservationRecord reservation, string endpointId, string networkId)
    {
        return Of(endpointId, networkId, CniRecord.Reserved(reservation), reservation.KnownAddresses) with
        {
            ContainerId = reservation.ContainerId,
            BootId = reservation.BootId,
            Arguments = reservation.Arguments,
            Capabilities = reservation.Capabilities,
            Reserved = [.. reservation.Addresses.Select(address => address.Address)],
            Result = reservation.Result,
            ContainerName = reservation.ContainerName,
        };
    }

    private async Task<AttachmentRecord?> OfNetworkAsync(NetworkRecord docker, string endpointId, CancellationToken cancellationToken)
    {
        if (configurations.Load().Find(docker.CniNetwork) is not { } network)
            return null;

        var stored = HostLocalStore.Of(network) is { } store ? await stores.ReadAsync(store, cancellationToken) ?? [] : [];
        var addresses = stored.Where(address => address.OwnerId == endpointId).Select(address => ToCidr(network, address.Address));
        return Of(endpointId, docker.NetworkId, network, addresses);
    }

    private AttachmentRecord Of(string endpointId, string networkId, NetworkConfiguration network, IEnumerable<Cidr> addresses)
    {
        LinkAddress[] own = [.. addresses.Select(address => new LinkAddress($"{address.Address}", address.PrefixLength))];
        return new AttachmentRecord(endpointId, networkId, network.Name)
        {
            Phase = AttachmentPhase.Adding,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            InterfaceName = InterfaceNames.Sandbox,
            HostInterfaceName = InterfaceNames.Host(endpointId),
            Configuration = CniRecord.ToElement(network.ToUtf8Json()),
            Result = CniRecord.ToElement(new JsonObject
            {
                ["cniVersion"] = network.CniVersion,
                ["ips"] = new JsonArray([.. own.Select(ToJson)]),
            }),
            Snapshot = new LinkSnapshot(InterfaceNames.Sandbox, "", 0, "", null) { Addresses = own },
        };
    }

    private static JsonNode ToJson(LinkAddress address) => new JsonObject
    {
        ["version"] = address.IsIPv6 ? "6" : "4",
        ["address"] = $"{address.Address}/{address.PrefixLength}",
    };

    private static Cidr ToCidr(NetworkConfiguration network, IPAddress address)
    {
        var subnet = CniSubnet.Of(network).FirstOrDefault(subnet => subnet.Subnet.Contains(address));
        return new Cidr(address, subnet?.Subnet.PrefixLength ?? address.GetAddressBytes().Length * 8);
    }

    private static LinkSnapshot WithLink(LinkSnapshot snapshot, LinkInfo? link) => link is null
        ? snapshot
        : snapshot with
        {
            Mac = link.Mac,
            Mtu = link.Mtu,
            Kind = link.Kind,
            PeerIndex = link.PeerIndex,
            Alias = link.Alias,
            PeerIsInHost = link.PeerNamespaceId is null,
        };

    // DEL of the publishing plugins goes by the container id; the container's port does not matter.
    private async Task<AttachmentRecord> WithPortsAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        PortMapping[] ports = [.. (await firewall.PortsAsync(cancellationToken)).Where(port => port.Owner == record.ContainerId)
            .Select(port => new PortMapping(port.Port, port.Port, port.Protocol, port.HostIp)).Distinct()];
        return ports.Length == 0 ? record : record with
        {
            PublishedPorts = ports,
            RequestedPorts = [.. ports.Select(port =>
                new RequestedPort(port.Protocol, port.ContainerPort, port.HostIp, port.HostPort, port.HostPort))],
        };
    }
}
