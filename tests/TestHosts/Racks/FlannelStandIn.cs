using System.Globalization;

namespace Bridge.TestHosts.Racks;

/// <summary>
/// Stands in for flanneld, which needs etcd or a Kubernetes API server to know the other nodes: this one is called when a node joins or
/// leaves. On each node it does what flanneld does (flannel pkg/backend/route_network.go, pkg/backend/vxlan, pkg/trafficmngr/iptables):
/// writes the lease, makes the VXLAN device, the rules against masquerading within the cluster, and for each other node a route and, with
/// VXLAN, a permanent neighbour and a forwarding entry.
/// </summary>
public sealed class FlannelStandIn(Backend backend)
{
    private readonly List<Node> _members = [];

    /// <summary>The device of a node with VXLAN.</summary>
    public const string Device = "flannel.1";

    public Backend Backend { get; } = backend;

    /// <summary>The nodes of the cluster.</summary>
    public IReadOnlyList<Node> Members => _members;

    /// <summary>A new node gets its lease, and all others learn of it.</summary>
    public async Task JoinAsync(Node node, CancellationToken cancellationToken)
    {
        _members.Add(node);
        await StartAsync(node, cancellationToken);
        await Task.WhenAll(OthersThan(node).Select(other => other.Host.ShellAsync(Reach(node.Number), cancellationToken)));
    }

    /// <summary>On a node that has booted: what it had in memory is gone, its lease is the same.</summary>
    public Task StartAsync(Node node, CancellationToken cancellationToken) =>
        node.Host.ShellAsync(
            string.Join(
                '\n',
                [Lease(node.Number), .. DeviceOf(node.Number), Firewall(node.Number),
                    .. OthersThan(node).Select(other => Reach(other.Number))]),
            cancellationToken);

    /// <summary>The node's lease ends, and all others forget it.</summary>
    public async Task LeaveAsync(Node node, CancellationToken cancellationToken)
    {
        _members.Remove(node);
        await Task.WhenAll(_members.Select(other => other.Host.ShellAsync(Forget(node.Number), cancellationToken)));
    }

    /// <summary>
    /// Enters peers that do not exist, as flanneld would in a large cluster: a route each, with VXLAN a neighbour and a forwarding
    /// entry too.
    /// </summary>
    /// <param name="on">The node that learns of them.</param>
    /// <param name="count">Up to 4,096.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task PretendAsync(Node on, int count, CancellationToken cancellationToken)
    {
        const string Hop = "10.201.0.254";
        var peers = Enumerable.Range(0, count)
            .Select(peer => (Prefix: $"172.{16 + (peer / 256)}.{peer % 256}.", Mac: $"02:00:0b:{peer / 256:x2}:{peer % 256:x2}:00"))
            .ToArray();
        if (Backend == Backend.HostGateway)
        {
            var routes = peers.Select(peer => $"route add {peer.Prefix}0/24 via {Hop} dev {RackSwitch.Interface}");
            await BatchAsync(on, "ip", routes, cancellationToken);
            return;
        }

        var neighbours = peers.Select(peer => $"neigh add {peer.Prefix}0 lladdr {peer.Mac} dev {Device} nud permanent");
        var onLink = peers.Select(peer => $"route add {peer.Prefix}0/24 via {peer.Prefix}0 dev {Device} onlink");
        var forwarding = peers.Select(peer => $"fdb add {peer.Mac} dev {Device} dst {Hop} self permanent");
        await BatchAsync(on, "ip", neighbours.Concat(onLink), cancellationToken);
        await BatchAsync(on, "bridge", forwarding, cancellationToken);
    }

    private static async Task BatchAsync(Node on, string program, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        const string File = "/run/batch";
        await System.IO.File.WriteAllLinesAsync(on.Host.PathOf(File), lines, cancellationToken);
        await on.Host.ShellAsync($"{program} -batch {File} && rm {File}", cancellationToken);
    }

    /// <summary>What a node still has of a former member: routes, neighbours, forwarding entries, and connections that are open.</summary>
    public static async Task<IReadOnlyList<string>> TracesAsync(Node on, int former, CancellationToken cancellationToken)
    {
        var prefix = ClusterNetwork.PrefixOf(former).Replace(".", "\\.", StringComparison.Ordinal);
        var known = await on.Host.ShellAsync(
            $$"""
            { ip route show table all; ip neigh show; } | grep -F '{{ClusterNetwork.PrefixOf(former)}}' || true
            bridge fdb show | grep -E '{{MacOf(former)}}|dst {{ClusterNetwork.AddressOf(former)}}( |$)' || true
            grep -E '=({{prefix}})' /proc/net/nf_conntrack | grep ESTABLISHED || true
            """, cancellationToken);
        return known.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private IEnumerable<Node> OthersThan(Node node) => _members.Where(other => other != node);

    private string Lease(int node) =>
        $"mkdir -p /run/flannel && cat > /run/flannel/subnet.env <<'LEASE'\n{ClusterNetwork.LeaseOf(node, Backend)}LEASE";

    // The address of the device is the first of the range, as for every node: the others' next hop.
    private IEnumerable<string> DeviceOf(int node) => Backend == Backend.HostGateway ? [] :
    [
        string.Create(CultureInfo.InvariantCulture, $"""
            ip link add {Device} address {MacOf(node)} mtu {ClusterNetwork.MtuOf(Backend)} type vxlan id 1 dev {RackSwitch.Interface} \
                local {ClusterNetwork.AddressOf(node)} dstport 8472 nolearning
            """),
        $"ip address add {ClusterNetwork.PrefixOf(node)}0/32 dev {Device} && ip link set {Device} up",
    ];

    private string Reach(int node) => Backend == Backend.HostGateway
        ? $"ip route replace {ClusterNetwork.SubnetOf(node)} via {ClusterNetwork.AddressOf(node)} dev {RackSwitch.Interface}"
        : $"""
            ip neigh replace {ClusterNetwork.PrefixOf(node)}0 lladdr {MacOf(node)} dev {Device} nud permanent
            bridge fdb replace {MacOf(node)} dev {Device} dst {ClusterNetwork.AddressOf(node)} self permanent
            ip route replace {ClusterNetwork.SubnetOf(node)} via {ClusterNetwork.PrefixOf(node)}0 dev {Device} onlink
            """;

    private string Forget(int node) => Backend == Backend.HostGateway
        ? $"ip route delete {ClusterNetwork.SubnetOf(node)} via {ClusterNetwork.AddressOf(node)}"
        : $"""
            ip route delete {ClusterNetwork.SubnetOf(node)} dev {Device}
            bridge fdb delete {MacOf(node)} dev {Device} dst {ClusterNetwork.AddressOf(node)} self
            ip neigh delete {ClusterNetwork.PrefixOf(node)}0 dev {Device}
            """;

    // flanneld chooses it at random, and the other nodes read it in its lease.
    private static string MacOf(int node) => string.Create(CultureInfo.InvariantCulture, $"02:00:0a:f4:{node:x2}:00");

    // flanneld --ip-masq, and its rules for forwarding. The second RETURN is what keeps a container's own address within the cluster.
    private static string Firewall(int node) => $"""
        iptables-restore --noflush <<'RULES'
        *nat
        :FLANNEL-POSTRTG -
        -A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
        -A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -j RETURN
        -A FLANNEL-POSTRTG -s {ClusterNetwork.SubnetOf(node)} -d {ClusterNetwork.Range} -j RETURN
        -A FLANNEL-POSTRTG -s {ClusterNetwork.Range} -d {ClusterNetwork.SubnetOf(node)} -j RETURN
        -A FLANNEL-POSTRTG ! -s {ClusterNetwork.Range} -d {ClusterNetwork.SubnetOf(node)} -j RETURN
        -A FLANNEL-POSTRTG -s {ClusterNetwork.Range} ! -d 224.0.0.0/4 -j MASQUERADE --random-fully
        -A FLANNEL-POSTRTG ! -s {ClusterNetwork.Range} -d {ClusterNetwork.Range} -j MASQUERADE --random-fully
        COMMIT
        *filter
        :FLANNEL-FWD -
        -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
        -A FLANNEL-FWD -s {ClusterNetwork.Range} -j ACCEPT
        -A FLANNEL-FWD -d {ClusterNetwork.Range} -j ACCEPT
        COMMIT
        RULES
        """;
}
