using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// An address for an endpoint that is about to be made, from the CNI network's own IPAM plugin; or for the gateway or <c>--aux-address</c>,
/// answered from the configuration. CNI: ADD of the IPAM plugin. Journal: a ReservationRecord, before. Undo: by ourselves on failure, else
/// ReleaseAddress. Not idempotent: each call wants another address, except for the second family of an endpoint, which the MAC shows.
/// </summary>
internal sealed class RequestAddress(ConfigurationDirectory configurations, Reservations reservations)
    : ICnmMethod<RequestAddressRequest, RequestAddressResponse>
{
    private const string Type = "RequestAddressType";
    private const string Gateway = "com.docker.network.gateway";
    private const string Mac = "com.docker.network.endpoint.macaddress";
    private const string EndpointName = "com.docker.network.endpoint.name";

    public async Task<RequestAddressResponse> InvokeAsync(RequestAddressRequest request, CancellationToken cancellationToken)
    {
        var pool = CniPool.Parse(request.PoolID);
        var wanted = ReadAddress(request.Address, pool);
        var options = request.Options ?? new Dictionary<string, string>();
        if (options.GetValueOrDefault(Type) == Gateway)
            return Answer($"{RequireGateway(pool, wanted)}/{pool.Subnet.PrefixLength}");

        // Docker gives every endpoint a MAC; what has none and an address is one to be kept free.
        if (!options.TryGetValue(Mac, out var mac) && wanted is not null)
            return Answer($"{RequireNotAssignable(pool, wanted)}/{pool.Subnet.PrefixLength}");

        return Answer(await reservations.ReserveAsync(new AddressRequest(pool, wanted, mac, options.GetValueOrDefault(EndpointName)), cancellationToken));
    }

    private static RequestAddressResponse Answer(string address) => new(address, new Dictionary<string, string>());

    private static IPAddress? ReadAddress(string? text, CniPool pool)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        return IPAddress.TryParse(text, out var address) && pool.Subnet.Contains(address)
            ? address
            : throw new CnmException($"address {text} is not in subnet {pool.Subnet} of CNI network \"{pool.CniNetwork}\".");
    }

    private IPAddress RequireGateway(CniPool pool, IPAddress? wanted)
    {
        var network = CniNetworks.Choose(configurations.Load(), pool.CniNetwork);
        var gateway = CniSubnet.Of(network).FirstOrDefault(subnet => subnet.Subnet.Equals(pool.Subnet))?.Gateway
            ?? throw new CnmException($"CNI network \"{network.Name}\" does not have subnet {pool.Subnet} any more. Remove and create the network.");
        return wanted is null || wanted.Equals(gateway)
            ? gateway
            : throw new CnmException($"--gateway {wanted} does not agree with CNI network \"{network.Name}\", " +
                $"whose gateway is {gateway}. Leave --gateway out, or say --gateway {gateway}.");
    }

    private IPAddress RequireNotAssignable(CniPool pool, IPAddress wanted)
    {
        var network = CniNetworks.Choose(configurations.Load(), pool.CniNetwork);
        return AssignableRanges.Of(network, pool.Subnet).Contains(wanted)
            ? throw new CnmException(
                $"--aux-address {wanted} cannot be kept free: the IPAM plugin of CNI network \"{network.Name}\" may hand it out. " +
                $"Exclude it there (rangeStart and rangeEnd in {network.Source}); then --aux-address is not needed.")
            : wanted;
    }
}

/// <summary>
/// Docker needs an address no longer. CNI: DEL of the IPAM plugin, with the last address of a reservation, and not before the attachment
/// that uses it is gone. Journal: the intent before, nothing left after. Docker ignores a failure; it stays recorded and is retried.
/// Idempotent: an unknown address or pool is success (Docker releases gateways too, and addresses that came from CreateEndpoint, those
/// without a pool).
/// </summary>
internal sealed class ReleaseAddress(
    Reservations reservations, LostAttachments lost, Detacher detacher, AttachmentGates gates, Journal journal) : ICnmMethod<ReleaseAddressRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(ReleaseAddressRequest request, CancellationToken cancellationToken)
    {
        if (request.PoolID.Length > 0 && CniPool.Parse(request.PoolID) is var pool && !await reservations.ReleaseAsync(pool, request.Address))
            await UndoLostAsync(pool, request.Address, cancellationToken);

        return new Nothing();
    }

    // Where the records of both are lost, the address and whatever was attached with it would stay for good.
    private async Task UndoLostAsync(CniPool pool, string address, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(address.Split('/')[0], out var ip) || await lost.FindByAddressAsync(pool.CniNetwork, ip, cancellationToken) is not { } found)
            return;

        using var passage = await gates.EnterAsync(found.EndpointId, cancellationToken);
        if (journal.Attachments.Find(found.EndpointId) is { } record)
            await detacher.DetachAsync(record);
    }

    /// <summary>The endpoint that has the address; null: none has it, or has had it.</summary>
    public string? EndpointOf(ReleaseAddressRequest request) =>
        CniPool.TryParse(request.PoolID) is { } pool ? reservations.EndpointOf(pool, request.Address) : null;
}
