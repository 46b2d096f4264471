using System.Net;
using Bridge.Adapter.State;
using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

internal sealed partial class DockerEngine
{
    // moby daemon/libnetwork/ipamutils/utils.go
    private static readonly string[] BuiltInPools =
    [
        "172.17.0.0/16", "172.18.0.0/16", "172.19.0.0/16", "172.20.0.0/14", "172.24.0.0/14", "172.28.0.0/14", "192.168.0.0/16",
    ];

    public Task<IReadOnlyList<DockerNetwork>> NetworksAsync(CancellationToken cancellationToken) =>
        NetworksAsync(new NetworksListParameters(), cancellationToken);

    public async Task<IReadOnlyList<DockerNetwork>> CniNetworksAsync(string driver, CancellationToken cancellationToken) =>
        [.. (await NetworksAsync(new NetworksListParameters { Filters = Filter("driver", driver) }, cancellationToken))
            .Where(network => network.Driver == driver)];

    public async Task<DockerNetworkEndpoints?> EndpointsAsync(string networkId, CancellationToken cancellationToken) =>
        await InspectAsync(networkId, cancellationToken) is { } network
            ? new DockerNetworkEndpoints(network.ID, network.Name, Containers(network).ToDictionary(
                entry => entry.Value.EndpointID,
                entry => new DockerContainer(entry.Value.Name, ContainerId(entry.Key)),
                StringComparer.Ordinal))
            : null;

    public async Task<IReadOnlySet<IPAddress>> AddressesElsewhereAsync(string driver, CancellationToken cancellationToken)
    {
        var addresses = new HashSet<IPAddress>();
        foreach (var other in (await NetworksAsync(cancellationToken))
            .Where(network => network.IpamDriver == driver && network.Driver != driver))
        {
            var endpoints = await InspectAsync(other.Id, cancellationToken) is { } network ? Containers(network).Values : [];
            addresses.UnionWith(endpoints.SelectMany(endpoint => new[] { endpoint.IPv4Address, endpoint.IPv6Address })
                .Where(cidr => !string.IsNullOrEmpty(cidr)).Select(cidr => Cidr.AddressIn(cidr)));
        }

        return addresses;
    }

    public async Task<string> CreateNetworkAsync(NewNetwork network, CancellationToken cancellationToken)
    {
        var request = $"create network {network.Name}";
        var created = await AskAsync(
            request, token => _client.Networks.CreateNetworkAsync(ToParameters(network), token), DriverTimeout, cancellationToken);
        // Engines before 25 accept a second network of the same name, unless the request has CheckDuplicate, which the client library does
        // not send.
        if ((await NetworksAsync(cancellationToken))
            .FirstOrDefault(other => other.Name == network.Name && other.Id != created.ID) is { } other)
        {
            await RemoveNetworkAsync(created.ID, cancellationToken);
            throw new DockerRefusalException(
                request, HttpStatusCode.Conflict, $"network with name {network.Name} already exists: {other.Id}", null);
        }

        return created.ID;
    }

    public async Task RemoveNetworkAsync(string networkId, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync($"remove network {networkId}", async token =>
            {
                await _client.Networks.DeleteNetworkAsync(networkId, token);
                return true;
            }, DriverTimeout, cancellationToken);
        }
        catch (DockerRefusalException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            // It is gone already.
        }
    }

    public async Task<bool> IsInUseAsync(DockerNetwork network, CancellationToken cancellationToken)
    {
        var containers = await ListContainersAsync(cancellationToken);
        // A container that was never started has the network's name or id alone, which Docker's own filter does not match.
        return containers.Any(container =>
            container.HostConfig?.NetworkMode is { } mode && (mode == network.Name || mode == network.Id)
            || (container.NetworkSettings?.Networks?.Any(entry =>
                entry.Key == network.Name || entry.Key == network.Id || entry.Value?.NetworkID == network.Id) ?? false));
    }

    /// <summary>The <c>default-address-pools</c> of the daemon's configuration, or those that it has without any.</summary>
    public async Task<IReadOnlyList<IPNetwork>> AddressPoolsAsync(CancellationToken cancellationToken)
    {
        var info = await AskAsync("describe itself", _client.System.GetSystemInfoAsync, cancellationToken);
        var bases = (info.DefaultAddressPools ?? []).Select(pool => pool.Base).ToArray();
        return [.. (bases.Length > 0 ? bases : BuiltInPools).Where(pool => IPNetwork.TryParse(pool, out _)).Select(IPNetwork.Parse)];
    }

    private async Task<IReadOnlyList<DockerNetwork>> NetworksAsync(NetworksListParameters filter, CancellationToken cancellationToken)
    {
        var networks = await AskAsync("list its networks", token => _client.Networks.ListNetworksAsync(filter, token), cancellationToken);
        return [.. networks.Select(network => new DockerNetwork(
            network.ID, network.Name, network.Driver, Pairs(network.Options), network.IPAM?.Driver ?? "default",
            Pairs(network.IPAM?.Options), Pairs(network.Labels))
        {
            Internal = network.Internal,
            IPv6 = network.EnableIPv6,
            Pools = [.. (network.IPAM?.Config ?? []).Where(pool => !string.IsNullOrEmpty(pool.Subnet))
                .Select(pool => (pool.Subnet, string.IsNullOrEmpty(pool.Gateway) ? null : pool.Gateway))],
        })];
    }

    private Task<NetworkResponse?> InspectAsync(string networkId, CancellationToken cancellationToken) =>
        FoundAsync(AskAsync(
            $"inspect network {networkId}", token => _client.Networks.InspectNetworkAsync(networkId, token), cancellationToken));

    private static IDictionary<string, EndpointResource> Containers(NetworkResponse network) =>
        network.Containers ?? new Dictionary<string, EndpointResource>();

    private static NetworksCreateParameters ToParameters(NewNetwork network) => new()
    {
        Name = network.Name,
        Driver = network.Driver,
        Options = network.Options.ToDictionary(),
        Labels = network.Labels.ToDictionary(),
        Internal = network.Internal,
        EnableIPv4 = network.IPv4 ? null : false, // Omitted otherwise, for engines that do not know the field.
        EnableIPv6 = network.IPv6,
        IPAM = new IPAM
        {
            Driver = network.IpamDriver,
            Options = network.IpamOptions.ToDictionary(),
            Config = [.. network.Subnets.Select(
                pool => new IPAMConfig { Subnet = pool.Subnet.ToString(), Gateway = pool.Gateway?.ToString() ?? "" })],
        },
    };

    // Docker writes null for an empty map.
    private static System.Collections.ObjectModel.ReadOnlyDictionary<string, string> Pairs(IDictionary<string, string>? pairs) =>
        (pairs ?? new Dictionary<string, string>()).AsReadOnly();

    /// <summary>Until a Join has finished the key is <c>ep-</c> and the endpoint's id; afterwards it is the container's id.</summary>
    private static string? ContainerId(string key) => key.StartsWith("ep-", StringComparison.Ordinal) ? null : key;
}
