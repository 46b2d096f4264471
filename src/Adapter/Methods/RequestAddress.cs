using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// An address for an endpoint that Docker is about to create, from the CNI network's own IPAM plugin; or for the gateway or
/// <c>--aux-address</c>, answered from the configuration. CNI: ADD of the IPAM plugin. Journal: a ReservationRecord, before. Clean-up:
/// RequestAddress itself after a failure, otherwise ReleaseAddress. Not idempotent: each call reserves another address, except for the
/// second family of an endpoint, which its MAC shows.
/// </summary>
internal sealed class RequestAddress(
    ConfigurationDirectory configurations, Reservations reservations, DeferredReleases releases, WarmTaking warm, WarmRelease shortage)
    : ICnmMethod<RequestAddressRequest, RequestAddressResponse>
{
    private const string Type = "RequestAddressType";
    private const string Gateway = "com.docker.network.gateway";
    private const string Mac = "com.docker.network.endpoint.macaddress";
    private const string EndpointName = "com.docker.network.endpoint.name";

    public async Task<RequestAddressResponse> InvokeAsync(RequestAddressRequest request, CancellationToken cancellationToken)
    {
        var pool = CniPool.Parse(request.PoolID);
        var requested = ReadAddress(request.Address, pool);
        var options = request.Options ?? new Dictionary<string, string>();
        if (options.GetValueOrDefault(Type) == Gateway)
            return Answer($"{RequireGateway(pool, requested)}/{pool.Subnet.PrefixLength}");

        // Every endpoint has a MAC (RequiresMACAddress); an address without one is an --aux-address.
        if (!options.TryGetValue(Mac, out var mac) && requested is not null)
            return Answer($"{RequireNotAssignable(pool, requested)}/{pool.Subnet.PrefixLength}");

        if (requested is not null)
            await releases.WaitAsync(record => Holds(record, pool.CniNetwork, requested), cancellationToken);

        return Answer(await ReserveAsync(
            new AddressRequest(pool, requested, mac, options.GetValueOrDefault(EndpointName)), cancellationToken));
    }

    private async Task<string> ReserveAsync(AddressRequest request, CancellationToken cancellationToken)
    {
        if ((reservations.ClaimOfSibling(request) ?? warm.Reserve(request)) is { } address)
            return address;

        var cniNetwork = request.Pool.CniNetwork;
        Task<string> ReserveNewAsync() => reservations.ReserveAsync(request, cancellationToken);
        async Task<string> AttemptAsync()
        {
            await warm.YieldAsync(request);
            return await releases.AttemptAsync(cniNetwork, ReserveNewAsync, mayRepeat: null, cancellationToken);
        }

        try
        {
            return await shortage.BeforeShortageAsync(cniNetwork, AttemptAsync, cancellationToken);
        }
        catch (Exception failure) when (failure is CnmException or CniException && warm.MayHold(request))
        {
            return await shortage.WithoutRefillAsync(cniNetwork, AttemptAsync, cancellationToken);
        }
    }

    private static bool Holds(PluginRecord pending, string cniNetwork, IPAddress address) =>
        pending.CniNetwork == cniNetwork && pending.KnownAddresses.Any(held => held.Address.Equals(address));

    private static RequestAddressResponse Answer(string address) => new(address, new Dictionary<string, string>());

    private static IPAddress? ReadAddress(string? text, CniPool pool)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        return IPAddress.TryParse(text, out var address) && pool.Subnet.Contains(address)
            ? address
            : throw new CnmException($"address {text} is not in subnet {pool.Subnet} of CNI network \"{pool.CniNetwork}\".");
    }

    private IPAddress RequireGateway(CniPool pool, IPAddress? requested)
    {
        var network = CniNetworks.Choose(configurations.Load(), pool.CniNetwork);
        var own = CniSubnet.Pools(network).FirstOrDefault(subnet => subnet.Subnet.Equals(pool.Subnet))
            ?? throw new CnmException(
                $"CNI network \"{network.Name}\" no longer has subnet {pool.Subnet}. Remove the Docker network and create it again.");
        var gateway = own.KnownGateway ?? requested ?? own.Gateway;
        return requested is null || requested.Equals(gateway)
            ? gateway
            : throw new CnmException($"--gateway {requested} does not agree with CNI network \"{network.Name}\", " +
                $"whose gateway is {gateway}. Omit --gateway, or use --gateway {gateway}.");
    }

    private IPAddress RequireNotAssignable(CniPool pool, IPAddress requested)
    {
        var network = CniNetworks.Choose(configurations.Load(), pool.CniNetwork);
        return AssignableRanges.Of(network, pool.Subnet).Contains(requested)
            ? throw new CnmException(
                $"--aux-address {requested} cannot be excluded: the IPAM plugin of CNI network \"{network.Name}\" may assign it. " +
                $"Exclude it there (rangeStart and rangeEnd in {network.Source}); then --aux-address is not needed.")
            : requested;
    }
}

/// <summary>
/// Docker releases an address. CNI: DEL of the IPAM plugin with the last address of a reservation, in the background, after the attachment
/// that uses it is gone. Journal: the intent before the answer, no record after DEL. A failure stays recorded, and cnm-cni retries it.
/// Idempotent: an unknown address or pool succeeds. Docker also releases gateways, and addresses that came from CreateEndpoint (those
/// without a pool).
/// </summary>
internal sealed class ReleaseAddress(
    Reservations reservations, DeferredReleases releases, IpamRuns runs, LostAttachments lost, Detacher detacher, AttachmentGates gates,
    Journal journal, WarmSignal warm) : ICnmMethod<ReleaseAddressRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(ReleaseAddressRequest request, CancellationToken cancellationToken)
    {
        if (request.PoolID.Length == 0)
            return new Nothing();

        var pool = CniPool.Parse(request.PoolID);
        if (reservations.Release(pool, request.Address) is { } record)
            await ReleaseAsync(record);
        else
            await DetachLostAsync(pool, request.Address, cancellationToken);

        warm.Raise();
        return new Nothing();
    }

    private async Task ReleaseAsync(ReservationRecord record)
    {
        if (record.Phase != ReservationPhase.Releasing)
            return; // Docker still has the address of the other family.

        if (releases.IsPending(record) || releases.MayDefer(record))
            releases.Add(record, cause: null);
        else
            await runs.ReleaseAsync(record);
    }

    // If the records of both reservation and attachment are lost, nothing else would release the address and what was attached with it.
    private async Task DetachLostAsync(CniPool pool, string address, CancellationToken cancellationToken)
    {
        if (!Cidr.TryAddressIn(address, out var ip)
            || await lost.FindByAddressAsync(pool.CniNetwork, ip, cancellationToken) is not { } found)
            return;

        using var gate = await gates.EnterAsync(found.EndpointId, cancellationToken);
        if (journal.Attachments.Find(found.EndpointId) is { } record)
            await detacher.DetachAsync(record);
    }

    /// <summary>The endpoint that has or had the address; null without one.</summary>
    public string? EndpointOf(ReleaseAddressRequest request) =>
        CniPool.TryParse(request.PoolID) is { } pool ? reservations.EndpointOf(pool, request.Address) : null;
}
