using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create --ipam-driver cni`, once for each family: the subnet and the gateway, as the CNI network declares them. The
/// user's options must agree. CNI: nothing. Journal: nothing, the pool id says it all. Clean-up: nothing. Idempotent.
/// </summary>
internal sealed class RequestPool(
    ConfigurationDirectory configurations, PoolRequests requests, NetworkNamespace host, AdapterSettings settings,
    DriverName driver)
    : ICnmMethod<RequestPoolRequest, RequestPoolResponse>
{
    private const string Gateway = "com.docker.network.gateway";

    public Task<RequestPoolResponse> InvokeAsync(RequestPoolRequest request, CancellationToken cancellationToken)
    {
        var network = CniNetworks.ChooseForPool(configurations.Load(), ReadCniNetwork(request.Options), request.Pool);
        if (NetworkSupport.WhyNotReserved(network) is { } reason)
        {
            throw new CnmException(
                $"addresses of CNI network \"{network.Name}\" cannot be reserved ahead: {reason}. " +
                "Let its IPAM plugin choose them when a container starts: " +
                NetworkCommand.WithNull(driver.Known, network, AttachOf(network)));
        }

        var subnet = Subnet(request, network);
        RequireRange(request.SubPool, subnet, network);
        if (subnet.IsUnstated && request.V6 && string.IsNullOrEmpty(request.Pool))
        {
            throw new CnmException(
                $"only the IPAM plugin of CNI network \"{network.Name}\" knows its IPv6 subnets. " +
                $"Docker accepts {subnet.Subnet} in their place only if --subnet names it: " +
                NetworkCommand.WithCni(driver.Known, network, AttachOf(network), withIPv6: true));
        }

        var pool = new CniPool(network.Name, subnet.Subnet);
        var times = requests.Add(pool);
        if (string.IsNullOrEmpty(request.Pool) && (times > PoolRequests.Endless || (!IsAll(subnet.Subnet) && IsRouted(subnet.Subnet))))
        {
            throw new CnmException(
                $"subnet {subnet.Subnet} of CNI network \"{network.Name}\" is already in use on this host, " +
                "as it is once a pod or container is on it, and Docker accepts such a subnet only if --subnet names it: " +
                $"{NetworkCommand.WithCni(driver.Known, network, AttachOf(network))} " +
                $"(or let cnm-cni do it: cnm-cni networks create {network.Name})");
        }

        return Task.FromResult(new RequestPoolResponse(
            pool.Id, pool.Subnet.ToString(),
            new Dictionary<string, string> { [Gateway] = $"{subnet.Gateway}/{subnet.Subnet.PrefixLength}" }));
    }

    private string? ReadCniNetwork(IReadOnlyDictionary<string, string>? options)
    {
        foreach (var (key, value) in options ?? new Dictionary<string, string>())
        {
            if (key != NetworkOptions.CniNetworkKey || string.IsNullOrEmpty(value))
            {
                throw new CnmException(
                    $"unknown option --ipam-opt {key}={value} of IPAM driver {driver.Known}. Known: {NetworkOptions.CniNetworkKey}=NAME " +
                    "(the CNI network to use).");
            }
        }

        return options?.GetValueOrDefault(NetworkOptions.CniNetworkKey);
    }

    private CniSubnet Subnet(RequestPoolRequest request, NetworkConfiguration network)
    {
        var family = request.V6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var declared = CniSubnet.Pools(network).Where(subnet => subnet.Family == family).ToArray();
        if (declared.Length == 0)
        {
            var (missing, option) = request.V6 ? ("IPv6", "Omit --ipv6") : ("IPv4", "Add --ipv4=false (Docker 28 and newer)");
            throw new CnmException($"CNI network \"{network.Name}\" ({network.Source}) has no {missing} subnet. {option}.");
        }

        if (string.IsNullOrEmpty(request.Pool))
            return declared[0];

        var requested = CniSubnet.ReadSubnet(request.Pool);
        return declared.FirstOrDefault(subnet => subnet.Subnet.Equals(requested)) ?? throw new CnmException(
            $"--subnet {request.Pool} does not agree with CNI network \"{network.Name}\", " +
            $"whose subnet is {string.Join(" or ", declared.Select(subnet => subnet.Subnet))}. Omit --subnet, or: " +
            $"{NetworkCommand.WithCni(driver.Known, network, AttachOf(network))}");
    }

    private AttachMode AttachOf(NetworkConfiguration network) => NetworkSupport.BestAttachMode(network, settings.SandboxPlugins);

    private static void RequireRange(string? range, CniSubnet subnet, NetworkConfiguration network)
    {
        var assignable = AssignableRanges.Of(network, subnet.Subnet);
        if (!string.IsNullOrEmpty(range) && !(IPNetwork.TryParse(range, out var requested) && assignable.LieIn(requested)))
        {
            throw new CnmException(
                $"--ip-range {range} does not agree with CNI network \"{network.Name}\", whose IPAM plugin assigns {assignable}. " +
                $"Omit --ip-range{(subnet.IsUnstated ? "" : $", or change rangeStart and rangeEnd in {network.Source}")}.");
        }
    }

    // The only pool that Docker does not compare with the host's routes (moby daemon/libnetwork/ipams/remote/remote.go, RequestPool).
    private static bool IsAll(IPNetwork subnet) => subnet is { PrefixLength: 0, BaseAddress.AddressFamily: AddressFamily.InterNetwork };

    // Docker checks the host's routes too, and would request pools endlessly while the answer overlaps one (moby
    // daemon/libnetwork/ipams/remote/remote.go, RequestPool).
    private bool IsRouted(IPNetwork subnet)
    {
        using var netlink = host.OpenNetlink();
        return netlink.Links().SelectMany(netlink.Routes).Select(route => IPNetwork.Parse(route.Destination))
            .Any(route => route.PrefixLength > 0 && CniSubnet.Overlap(route, subnet));
    }
}

/// <summary>
/// Docker releases a pool: a network was removed, or its creation failed. No state belongs to a pool, so there is nothing to release.
/// Idempotent.
/// </summary>
internal sealed class ReleasePool(PoolRequests requests) : ICnmMethod<ReleasePoolRequest, Nothing>
{
    public Task<Nothing> InvokeAsync(ReleasePoolRequest request, CancellationToken cancellationToken)
    {
        requests.Settle();
        return Task.FromResult(new Nothing());
    }
}
