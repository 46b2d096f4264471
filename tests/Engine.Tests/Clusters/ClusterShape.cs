namespace Bridge.Engine.Tests.Clusters;

/// <summary>A configuration in the shape in which a project ships it.</summary>
/// <param name="Network">Its name.</param>
/// <param name="Conflist">The file.</param>
/// <param name="Pools">
/// The subnets that Docker shows, with gateway; <c>null</c>: the chain gives the addresses when a container starts.
/// </param>
internal sealed record ClusterShape(string Network, string Conflist, string Pools)
{
    private const string PortMap = """{ "type": "portmap", "snat": true, "capabilities": { "portMappings": true } }""";

    public bool IsReserved => Pools != "null";

    public static IReadOnlyList<ClusterShape> All { get; } =
    [
        new("cbr0", $$"""
            { "name": "cbr0", "cniVersion": "0.3.1", "plugins": [
                { "type": "flannel", "delegate": { "bridge": "flannel0", "hairpinMode": true, "isDefaultGateway": true } }, {{PortMap}} ] }
            """, $"{ClusterHost.Lease} via {ClusterHost.Gateway}"),
        new("k8s-pod-network", $$"""
            { "name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": [
                { "type": "calico", "log_level": "info", "datastore_type": "kubernetes", "mtu": 0, "ipam": { "type": "calico-ipam" },
                  "policy": { "type": "k8s" }, "kubernetes": { "kubeconfig": "/etc/cni/net.d/calico-kubeconfig" } },
                {{PortMap}}, { "type": "bandwidth", "capabilities": { "bandwidth": true } } ] }
            """, "0.0.0.0/0 via 169.254.1.1"),
        new("cilium", """
            { "cniVersion": "0.3.1", "name": "cilium", "plugins": [{ "type": "cilium-cni", "enable-debug": false }] }
            """, "null"),
        new("aws-cni", $$"""
            { "cniVersion": "0.4.0", "name": "aws-cni", "plugins": [
                { "name": "aws-cni", "type": "aws-cni", "vethPrefix": "eni", "mtu": "9001" }, {{PortMap}} ] }
            """, "null"),
        new("azure", $$"""
            { "cniVersion": "0.3.0", "name": "azure", "plugins": [
                { "type": "azure-vnet", "mode": "transparent", "ipsToRouteViaHost": ["169.254.20.10"],
                  "ipam": { "type": "azure-vnet-ipam" } }, {{PortMap}} ] }
            """, "null"),
        new("ovn-kubernetes", """{"cniVersion":"0.4.0", "name":"ovn-kubernetes", "type":"ovn-k8s-cni-overlay"}""", "null"),
    ];

    public static ClusterShape Of(string network) => All.Single(shape => shape.Network == network);

    /// <summary>In /etc/cni/net.d.</summary>
    public string FileName => Conflist.Contains("\"plugins\"", StringComparison.Ordinal) ? $"10-{Network}.conflist" : $"10-{Network}.conf";
}
