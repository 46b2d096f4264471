using System.Globalization;

namespace Bridge.TestHosts.Racks;

/// <summary>
/// The one CNI network of a cluster with flannel, as its manifest ships it, and the part of the cluster's range that each node has.
/// Without the plugin `flannel`, which Debian lacks, the configuration is the one that it would hand to `bridge`.
/// </summary>
public static class ClusterNetwork
{
    public const string Name = "cbr0";
    public const string FileName = "10-flannel.conflist";
    public const string Range = "10.244.0.0/16";

    private const string PortMap = """{ "type": "portmap", "capabilities": { "portMappings": true } }""";

    /// <summary>Where `BRIDGE_CLUSTER_PLUGINS` has flannel's own plugin; null without it.</summary>
    public static string? FlannelPlugin { get; } =
        Environment.GetEnvironmentVariable("BRIDGE_CLUSTER_PLUGINS") is { Length: > 0 } directory
        && File.Exists(Path.Combine(directory, "flannel"))
            ? Path.Combine(directory, "flannel")
            : null;

    /// <summary>Of the cables it is 1500 bytes, and VXLAN adds 50 (IPv4, UDP, VXLAN and Ethernet headers).</summary>
    public static int MtuOf(Backend backend) => backend == Backend.Vxlan ? 1450 : 1500;

    /// <summary>A node's part of the range.</summary>
    /// <param name="node">Its number, from 1.</param>
    public static string SubnetOf(int node) => $"{PrefixOf(node)}0/24";

    public static string GatewayOf(int node) => $"{PrefixOf(node)}1";

    /// <summary>What the addresses of a node's containers and pods begin with.</summary>
    public static string PrefixOf(int node) => string.Create(CultureInfo.InvariantCulture, $"10.244.{node}.");

    /// <summary>A node's address on the switch.</summary>
    public static string AddressOf(int node) => string.Create(CultureInfo.InvariantCulture, $"10.201.0.{node}");

    /// <summary>flanneld's lease: /run/flannel/subnet.env. flanneld masquerades, so the plugin does not.</summary>
    public static string LeaseOf(int node, Backend backend) => string.Create(CultureInfo.InvariantCulture, $"""
        FLANNEL_NETWORK={Range}
        FLANNEL_SUBNET={GatewayOf(node)}/24
        FLANNEL_MTU={MtuOf(backend)}
        FLANNEL_IPMASQ=true

        """);

    public static string ConflistOf(int node, Backend backend) => FlannelPlugin is null
        ? string.Create(CultureInfo.InvariantCulture, $$"""
            { "name": "{{Name}}", "cniVersion": "0.3.1", "plugins": [
                { "type": "bridge", "bridge": "cni0", "hairpinMode": true, "isGateway": true, "isDefaultGateway": true, "ipMasq": false,
                  "mtu": {{MtuOf(backend)}},
                  "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{SubnetOf(node)}}" }]], "routes": [{ "dst": "{{Range}}" }] } },
                {{PortMap}} ] }
            """)
        : $$"""
            { "name": "{{Name}}", "cniVersion": "0.3.1", "plugins": [
                { "type": "flannel", "delegate": { "hairpinMode": true, "isDefaultGateway": true } }, {{PortMap}} ] }
            """;
}
