using System.Net;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Networks;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// Addresses that the CNI network's own IPAM plugin gives before there is an interface. One reservation serves both families of an
/// endpoint: Docker requests them one after the other, with the same MAC. Docker releases it, before an endpoint has adopted it or after
/// that is gone.
/// </summary>
internal sealed class Reservations(
    Journal journal, ConfigurationDirectory configurations, IpamRuns runs, StrandedContainers stranded, TimeProvider timeProvider)
{

    // Of records that are reserved. Their writes need no fsync.
    private readonly Lock _claims = new();

    /// <returns>The address in CIDR notation, with the prefix length that the plugin gave.</returns>
    /// <exception cref="CnmException">There is none, or not the requested one; nothing stays reserved.</exception>
    public async Task<string> ReserveAsync(AddressRequest request, CancellationToken cancellationToken)
    {
        if (ClaimOfSibling(request) is { } other)
            return other;

        var network = stranded.Choose(configurations.Load(), request.Pool.CniNetwork);
        var requested = new List<string>();
        if (Sibling(request) is { } sibling)
        {
            // The plugin has chosen both families already, and for this one not the requested address: it is asked again, for the address
            // that Docker has of the other family and for this one.
            requested.AddRange(sibling.Addresses.Where(address => address.IsClaimed).Select(address => address.Address));
            await runs.ReleaseAsync(sibling);
        }

        requested.AddRange(request.Cidr is { } cidr ? [cidr] : []);
        var made = await runs.AllocateAsync(Intent(network, request, requested), network, requested, cancellationToken);
        try
        {
            return Claim(made, requested, request);
        }
        catch (Exception)
        {
            await runs.ReleaseAsync(made); // Docker does not learn the address, and would never release it.
            throw;
        }
    }

    /// <summary>
    /// Gives the reservation of these addresses to an endpoint; null when there is none: Docker and the journal disagree.
    /// </summary>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="addresses">In CIDR notation, as Docker has them. At least one.</param>
    /// <param name="endpointId">The endpoint. A second call for it has the same result.</param>
    public ReservationRecord? Adopt(string cniNetwork, IReadOnlyList<string> addresses, string endpointId)
    {
        lock (_claims)
        {
            var found = With(addresses[0]).FirstOrDefault(record =>
                record.CniNetwork == cniNetwork && record.Phase == ReservationPhase.Reserved
                    && (record.EndpointId is null || record.EndpointId == endpointId)
                && addresses.All(address => Claimed(record, address)));
            if (found is not null)
                journal.Reservations.Write(found = found with { EndpointId = endpointId });

            return found;
        }
    }

    /// <summary>Docker has released one address. With the last one of a reservation, the plugin must release all of them.</summary>
    /// <returns>The reservation, <see cref="ReservationPhase.Releasing"/> after the last one; null: none has it.</returns>
    public ReservationRecord? Release(CniPool pool, string address)
    {
        lock (_claims)
        {
            var record = With(address).FirstOrDefault(candidate =>
                candidate.CniNetwork == pool.CniNetwork && candidate.Phase == ReservationPhase.Reserved && Claimed(candidate, address));
            if (record is null)
                return null;

            var addresses = record.Addresses.Select(one => IsSame(one, address) ? one with { IsClaimed = false } : one);
            record = record with { Addresses = [.. addresses] };
            if (record.Addresses.Any(one => one.IsClaimed))
                journal.Reservations.Keep(record);
            else if (journal.UserOf(record.ContainerId) is { IsWarm: true, Phase: AttachmentPhase.Added })
                journal.Reservations.Keep(record = record with { EndpointId = null, Mac = null, ContainerName = null });
            else
                record = journal.Reservations.Enter(record, ReservationPhase.Releasing);

            return record;
        }
    }

    /// <summary>The endpoint that has adopted the reservation of an address. Takes no lock.</summary>
    public string? EndpointOf(CniPool pool, string address) =>
        With(address).FirstOrDefault(record =>
            record.CniNetwork == pool.CniNetwork && record.EndpointId is not null && Claimed(record, address))?.EndpointId;

    /// <summary>Reserves addresses for no container in particular; none of them is claimed.</summary>
    public async Task<ReservationRecord> ReserveAheadAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var request = new AddressRequest(new CniPool(network.Name, default), Address: null, Mac: null, ContainerName: null);
        var made = await runs.AllocateAsync(Intent(network, request, []), network, [], cancellationToken);
        try
        {
            return journal.Reservations.Enter(made, ReservationPhase.Reserved);
        }
        catch (Exception)
        {
            await runs.ReleaseAsync(made);
            throw;
        }
    }

    /// <summary>Whether no container has it: Docker has claimed none of its addresses, or released them all.</summary>
    public static bool IsFree(ReservationRecord record) =>
        record is { Phase: ReservationPhase.Reserved, EndpointId: null } && !record.Addresses.Any(address => address.IsClaimed);

    /// <summary>Claims the address of a reservation that was made ahead.</summary>
    /// <returns>The address in CIDR notation; null: it is not free, or has none of that subnet.</returns>
    public string? TryClaim(string containerId, AddressRequest request)
    {
        lock (_claims)
        {
            if (journal.Reservations.Find(containerId) is not { } record || !IsFree(record)
                || record.Addresses.FirstOrDefault(one => request.Pool.Subnet.Contains(IPAddress.Parse(one.Ip))) is not { } own)
                return null;

            journal.Reservations.Write(record with
            {
                Mac = request.Mac,
                ContainerName = request.ContainerName,
                Addresses = [.. record.Addresses.Select(one => one with { IsClaimed = one == own })],
            });
            return own.Address;
        }
    }

    /// <summary>The other address of the reservation that was just made for the other family of the same endpoint.</summary>
    /// <returns>In CIDR notation; null: there is none, or not the requested one.</returns>
    public string? ClaimOfSibling(AddressRequest request)
    {
        lock (_claims)
        {
            var sibling = Sibling(request);
            var free = sibling?.Addresses.FirstOrDefault(address =>
                !address.IsClaimed && address.IsIPv6 == request.Pool.IsIPv6
                    && (request.Address is null || IsSame(address, request.Address.ToString())));
            if (free is null)
                return null;

            var addresses = sibling!.Addresses.Select(address => address == free ? free with { IsClaimed = true } : address);
            journal.Reservations.Write(sibling with { Addresses = [.. addresses] });
            return free.Address;
        }
    }

    /// <summary>The reservation just made for the other family of the same endpoint.</summary>
    public ReservationRecord? Sibling(AddressRequest request) => request.Mac is null ? null : journal.ReservationsFor(request.Mac)
        .Where(record => record is { Phase: ReservationPhase.Reserved, EndpointId: null })
        .Where(record => record.CniNetwork == request.Pool.CniNetwork)
        .Where(record => record.Addresses.Where(address => address.IsClaimed).Select(address => address.IsIPv6)
            .Distinct().SequenceEqual([!request.Pool.IsIPv6]))
        .MaxBy(record => record.Since);

    // Takes no lock: nobody else finds the reservation before it is reserved, and an fsync here would hold up all others.
    private string Claim(ReservationRecord made, IReadOnlyList<string> requested, AddressRequest request)
    {
        var own = made.Addresses.FirstOrDefault(address =>
            address.IsIPv6 == request.Pool.IsIPv6 && (request.Address is null || IsSame(address, request.Address.ToString())))
            ?? throw MissingFamily(made, request.Pool);
        var claimed = made.Addresses.Select(address =>
            address with { IsClaimed = address == own || requested.Any(other => IsSame(address, other)) });
        journal.Reservations.Enter(made with { Addresses = [.. claimed] }, ReservationPhase.Reserved);
        return own.Address;
    }

    private static CnmException MissingFamily(ReservationRecord made, CniPool pool)
    {
        var (missing, option) = pool.IsIPv6 ? ("IPv6", "without --ipv6") : ("IPv4", "with --ipv4=false (Docker 28 and newer)");
        return new CnmException(
            $"CNI network \"{made.CniNetwork}\" gave no {missing} address, " +
            $"{(made.Addresses.Count == 0 ? "and no other" : $"but {string.Join(", ", made.Addresses.Select(one => one.Ip))}")}. " +
            $"Create the Docker network again, {option}.");
    }

    private IReadOnlyList<ReservationRecord> With(string address) =>
        Cidr.TryAddressIn(address, out var ip) ? journal.ReservationsOf(ip) : [];

    private ReservationRecord Intent(NetworkConfiguration network, AddressRequest request, IReadOnlyList<string> requested)
    {
        var source = Delegates.Resolve(network);
        var (asked, arguments, capabilities) = AddressArguments.Of(source, request.Mac, requested);
        var containerId = $"{Guid.NewGuid():N}{Guid.NewGuid():N}"; // 64 digits, like Docker's own ids.
        return new ReservationRecord(containerId, network.Name)
        {
            Phase = ReservationPhase.Reserving,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            Mac = request.Mac,
            ContainerName = request.ContainerName,
            Configuration = CniRecord.ToElement(asked.ToUtf8Json()),
            Chain = ReferenceEquals(source, network) ? null : CniRecord.ToElement(network.ToUtf8Json()),
            Arguments = [.. arguments, .. DefaultArguments(network.Name, containerId, request)],
            Capabilities = CniRecord.ToElement(capabilities),
        };
    }

    // RequestAddress does not name the Docker network. Where all Docker networks on the CNI network
    // have the same defaults, it does not matter which one it is.
    private IReadOnlyList<CniArgument> DefaultArguments(string cniNetwork, string containerId, AddressRequest request)
    {
        var defaults = journal.ListedNetworks.Where(record => record.CniNetwork == cniNetwork && record.Ipam == IpamMode.Cni)
            .Select(record => AddressArguments.Arguments(record.EndpointDefaults, cniNetwork, containerId, request.Mac,
                request.ContainerName)).ToArray();
        return defaults.Length > 0 && defaults.All(other => other.SequenceEqual(defaults[0])) ? defaults[0] : [];
    }

    private static bool Claimed(ReservationRecord record, string address) =>
        record.Addresses.Any(one => one.IsClaimed && IsSame(one, address));

    private static bool IsSame(ReservedAddress reserved, string address) =>
        Cidr.TryAddressIn(address, out var one) && one.Equals(IPAddress.Parse(reserved.Ip));
}
