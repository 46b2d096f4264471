using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create --ipam-driver cni`, once for each family: which subnet, which gateway. Both are what the CNI network declares;
/// what the user says must agree.
/// CNI: nothing. Journal: nothing, the pool id says it all. Undo: nothing. Idempotent.
/// </summary>
internal sealed class RequestPool(
    ConfigurationDirectory configurations, PoolRequests requests, NetworkNamespace host, AdapterSettings settings)
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
                $"Let them be chosen when a container starts: {NetworkCommand.WithNull(network, AttachOf(network))}");
        }

        var subnet = Subnet(request, network);
        RequireRange(request.SubPool, subnet, network);
        var pool = new CniPool(network.Name, subnet.Subnet);
        var times = requests.Add(pool);
        if (string.IsNullOrEmpty(request.Pool) && (times > PoolRequests.Endless || IsRouted(subnet.Subnet)))
        {
            throw new CnmException(
                $"subnet {subnet.Subnet} of CNI network \"{network.Name}\" is in use on this host already, " +
                $"as it has to be once a pod or container is on it, and Docker takes such a subnet only when it is told to. " +
                $"Say it: {NetworkCommand.WithCni(network, AttachOf(network))} (or let the bridge do it: cnm-cni networks create {network.Name})");
        }

        return Task.FromResult(new RequestPoolResponse(
            pool.Id, pool.Subnet.ToString(), new Dictionary<string, string> { [Gateway] = $"{subnet.Gateway}/{subnet.Subnet.PrefixLength}" }));
    }

    private static string? ReadCniNetwork(IReadOnlyDictionary<string, string>? options)
    {
        foreach (var (key, value) in options ?? new Dictionary<string, string>())
        {
            if (key != NetworkOptions.CniNetworkKey || string.IsNullOrEmpty(value))
            {
                throw new CnmException($"option --ipam-opt {key}={value} is not known to IPAM driver cni. Known: " +
                    $"{NetworkOptions.CniNetworkKey}=NAME (the CNI network to use).");
            }
        }

        return options?.GetValueOrDefault(NetworkOptions.CniNetworkKey);
    }

    private CniSubnet Subnet(RequestPoolRequest request, NetworkConfiguration network)
    {
        var family = request.V6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var declared = CniSubnet.Of(network).Where(subnet => subnet.Family == family).ToArray();
        if (declared.Length == 0)
        {
            var (has, option) = request.V6 ? ("IPv6", "Leave --ipv6 out") : ("IPv4", "Say --ipv4=false (from Docker 28 on)");
            throw new CnmException($"CNI network \"{network.Name}\" ({network.Source}) has no {has} subnet. {option}.");
        }

        if (string.IsNullOrEmpty(request.Pool))
            return declared[0];

        return declared.FirstOrDefault(subnet => CniSubnet.ReadSubnet(request.Pool) is { } wanted && wanted.Equals(subnet.Subnet)) ?? throw new CnmException(
            $"--subnet {request.Pool} does not agree with CNI network \"{network.Name}\", " +
            $"whose subnet is {string.Join(" or ", declared.Select(subnet => subnet.Subnet))}. Leave --subnet out, or: " +
            $"{NetworkCommand.WithCni(network, AttachOf(network))}");
    }

    private AttachMode AttachOf(NetworkConfiguration network) => NetworkSupport.BestAttachMode(network, settings.SandboxPlugins);

    private static void RequireRange(string? range, CniSubnet subnet, NetworkConfiguration network)
    {
        var assignable = AssignableRanges.Of(network, subnet.Subnet);
        if (!string.IsNullOrEmpty(range) && !(IPNetwork.TryParse(range, out var wanted) && assignable.LieIn(wanted)))
        {
            throw new CnmException(
                $"--ip-range {range} does not agree with CNI network \"{network.Name}\", whose IPAM plugin hands out {assignable}. " +
                $"Leave --ip-range out, or change rangeStart and rangeEnd in {network.Source}.");
        }
    }

    // What Docker looks at; for a subnet that overlaps it would ask again without end.
    private bool IsRouted(IPNetwork subnet)
    {
        using var netlink = host.OpenNetlink();
        return netlink.Links().SelectMany(netlink.Routes).Select(route => IPNetwork.Parse(route.Destination)).Any(route =>
            route.PrefixLength > 0 && route.BaseAddress.AddressFamily == subnet.BaseAddress.AddressFamily
            && (route.Contains(subnet.BaseAddress) || subnet.Contains(route.BaseAddress)));
    }
}

/// <summary>
/// Docker lets go of a pool: a network is removed, or was not made after all. Nothing is kept for a pool, so nothing is released.
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
