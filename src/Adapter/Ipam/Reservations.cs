using System.Net;
using System.Security.Cryptography;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Networks;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// Addresses that are given ahead of their interface, each by the CNI network's own IPAM plugin. One reservation serves both families of an
/// endpoint: Docker asks for them one after the other, with the same MAC. Until an endpoint is made with its addresses, and again when that
/// is gone, it waits for Docker to release it.
/// </summary>
internal sealed class Reservations(Journal journal, ConfigurationDirectory configurations, IpamRuns runs, StrandedContainers stranded, TimeProvider timeProvider)
{
    private const int IdLength = 32;

    private readonly Lock _claims = new();

    /// <returns>The address in CIDR notation, with the prefix length that the plugin gave.</returns>
    /// <exception cref="CnmException">There is none, or not the one that was asked for; nothing is left reserved.</exception>
    public async Task<string> ReserveAsync(AddressRequest wish, CancellationToken cancellationToken)
    {
        if (ClaimOfSibling(wish) is { } other)
            return other;

        var network = stranded.Choose(configurations.Load(), wish.Pool.CniNetwork);
        var wishes = new List<string>();
        if (Sibling(wish) is { } sibling)
        {
            // The plugin has chosen for both families already, but not what is wished for this one: so it is asked again, for what Docker
            // has of the other and for this.
            wishes.AddRange(sibling.Addresses.Where(address => address.IsClaimed).Select(address => address.Address));
            await runs.ReleaseAsync(sibling);
        }

        wishes.AddRange(wish.Cidr is { } wanted ? [wanted] : []);
        var made = await runs.AllocateAsync(Intent(network, wish, wishes), network, wishes, cancellationToken);
        try
        {
            return Claim(made, wishes, wish);
        }
        catch (Exception)
        {
            await runs.ReleaseAsync(made); // Docker is not told of it, so it would never release it.
            throw;
        }
    }

    /// <summary>
    /// Gives the reservation of these addresses to an endpoint; null when there is none, which never happens while Docker and we remember
    /// the same.
    /// </summary>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="addresses">In CIDR notation, as Docker has them.</param>
    /// <param name="endpointId">The endpoint. Asking again for the same one gives it the same.</param>
    public ReservationRecord? Adopt(string cniNetwork, IReadOnlyList<string> addresses, string endpointId)
    {
        lock (_claims)
        {
            var found = journal.Reservations.All.FirstOrDefault(record =>
                record.CniNetwork == cniNetwork && record.Phase == ReservationPhase.Reserved && (record.EndpointId is null || record.EndpointId == endpointId)
                && addresses.All(address => Claimed(record, address)));
            if (found is not null)
                journal.Reservations.Write(found = found with { EndpointId = endpointId });

            return found;
        }
    }

    /// <summary>
    /// Docker does not need the address any more. With the last one of a reservation the plugin releases all of them.
    /// </summary>
    /// <returns>False: none of the reservations has it.</returns>
    public async Task<bool> ReleaseAsync(CniPool pool, string address)
    {
        ReservationRecord? record;
        lock (_claims)
        {
            record = journal.Reservations.All.FirstOrDefault(candidate =>
                candidate.CniNetwork == pool.CniNetwork && candidate.Phase == ReservationPhase.Reserved && Claimed(candidate, address));
            if (record is null)
                return false;

            record = record with { Addresses = [.. record.Addresses.Select(one => IsSame(one, address) ? one with { IsClaimed = false } : one)] };
            var last = !record.Addresses.Any(one => one.IsClaimed);
            journal.Reservations.Keep(record = last ? record with { Phase = ReservationPhase.Releasing } : record);
        }

        if (record.Phase == ReservationPhase.Releasing)
            await runs.ReleaseAsync(record);

        return true;
    }

    /// <summary>The endpoint that has adopted the reservation of an address; null: none has. Waits for nobody.</summary>
    public string? EndpointOf(CniPool pool, string address) =>
        journal.Reservations.All.FirstOrDefault(record => record.CniNetwork == pool.CniNetwork && record.EndpointId is not null && Claimed(record, address))?.EndpointId;

    private string? ClaimOfSibling(AddressRequest wish)
    {
        lock (_claims)
        {
            var sibling = Sibling(wish);
            var free = sibling?.Addresses.FirstOrDefault(address =>
                !address.IsClaimed && address.IsIPv6 == wish.Pool.IsIPv6 && (wish.Address is null || IsSame(address, wish.Address.ToString())));
            if (free is null)
                return null;

            var addresses = sibling!.Addresses.Select(address => address == free ? free with { IsClaimed = true } : address);
            journal.Reservations.Write(sibling with { Addresses = [.. addresses] });
            return free.Address;
        }
    }

    /// <summary>Made for the other family of the same endpoint, a moment ago.</summary>
    private ReservationRecord? Sibling(AddressRequest wish) => wish.Mac is null ? null : journal.Reservations.All
        .Where(record => record is { Phase: ReservationPhase.Reserved, EndpointId: null })
        .Where(record => record.CniNetwork == wish.Pool.CniNetwork && record.Mac == wish.Mac)
        .Where(record => record.Addresses.Where(address => address.IsClaimed).Select(address => address.IsIPv6).Distinct().SequenceEqual([!wish.Pool.IsIPv6]))
        .MaxBy(record => record.Since);

    private string Claim(ReservationRecord made, IReadOnlyList<string> wishes, AddressRequest wish)
    {
        lock (_claims)
        {
            var own = made.Addresses.First(address =>
                address.IsIPv6 == wish.Pool.IsIPv6 && (wish.Address is null || IsSame(address, wish.Address.ToString())));
            var claimed = made.Addresses.Select(address => address with { IsClaimed = address == own || wishes.Any(other => IsSame(address, other)) });
            journal.Reservations.Write(made with { Phase = ReservationPhase.Reserved, Addresses = [.. claimed] });
            return own.Address;
        }
    }

    private ReservationRecord Intent(NetworkConfiguration network, AddressRequest wish, IReadOnlyList<string> wishes)
    {
        var (asked, arguments, capabilities) = AddressArguments.Of(network, wish.Mac, wishes);
        var containerId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength)); // In the form of Docker's own ids.
        return new ReservationRecord(containerId, network.Name)
        {
            Phase = ReservationPhase.Reserving,
            BootId = BootId.Current(),
            Since = timeProvider.GetUtcNow(),
            Mac = wish.Mac,
            ContainerName = wish.ContainerName,
            Configuration = CniRecord.ToElement(asked.ToUtf8Json()),
            Arguments = [.. arguments, .. DefaultArguments(network.Name, containerId, wish)],
            Capabilities = CniRecord.ToElement(capabilities),
        };
    }

    // Docker names no network when it asks for an address. Where all Docker networks on the CNI network agree it makes no difference which
    // one is meant.
    private IReadOnlyList<CniArgument> DefaultArguments(string cniNetwork, string containerId, AddressRequest wish)
    {
        var defaults = journal.ListedNetworks.Where(record => record.CniNetwork == cniNetwork && record.Ipam == IpamMode.Cni)
            .Select(record => AddressArguments.Arguments(record.EndpointDefaults, cniNetwork, containerId, wish.Mac, wish.ContainerName)).ToArray();
        return defaults.Length > 0 && defaults.All(other => other.SequenceEqual(defaults[0])) ? defaults[0] : [];
    }

    private static bool Claimed(ReservationRecord record, string address) => record.Addresses.Any(one => one.IsClaimed && IsSame(one, address));

    private static bool IsSame(ReservedAddress reserved, string address) =>
        IPAddress.TryParse(address.Split('/')[0], out var one) && one.Equals(IPAddress.Parse(reserved.Ip));
}
