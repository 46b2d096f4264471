using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// CNI networks in the shape in which projects ship them, whose cniVersion 0.3.1 has no CHECK, and two whose stock bridge fails CHECK by
/// its own fault. What is not a stock plugin is a script around the stock bridge; the shape of the configuration is what counts.
/// </summary>
public sealed class ShippedShapesHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        ["10-kindnet.conflist"] = """
            { "cniVersion": "0.3.1", "name": "kindnet", "plugins": [
                { "type": "ptp", "ipMasq": false, "mtu": 1500,
                  "ipam": { "type": "host-local", "routes": [{ "dst": "0.0.0.0/0" }], "ranges": [[{ "subnet": "10.81.0.0/24" }]] } },
                { "type": "portmap", "capabilities": { "portMappings": true } }] }
            """,
        ["20-flannel.conflist"] = """
            { "name": "cbr0", "cniVersion": "0.3.1", "plugins": [
                { "type": "flannel", "delegate": { "hairpinMode": true, "isDefaultGateway": true } },
                { "type": "portmap", "capabilities": { "portMappings": true } }] }
            """,
        ["30-calico.conflist"] = """
            { "name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": [
                { "type": "calico", "log_level": "info", "datastore_type": "kubernetes", "mtu": 0, "ipam": { "type": "calico-ipam" },
                  "policy": { "type": "k8s" } },
                { "type": "portmap", "snat": true, "capabilities": { "portMappings": true } },
                { "type": "bandwidth", "capabilities": { "bandwidth": true } }] }
            """,
        ["40-cilium.conflist"] = """
            { "cniVersion": "0.3.1", "name": "portmap", "plugins": [
                { "type": "cilium-cni", "enable-debug": false },
                { "type": "portmap", "capabilities": { "portMappings": true } }] }
            """,
        ["50-bare.conflist"] = """{ "cniVersion": "1.0.0", "name": "bare", "plugins": [{ "type": "bridge", "bridge": "brbare" }] }""",
        ["60-flat.conflist"] = """
            { "cniVersion": "1.0.0", "name": "flat", "plugins": [
                { "type": "bridge", "bridge": "brflat", "ipam": { "type": "host-local", "subnet": "10.85.0.0/24" } },
                { "type": "tuning" }] }
            """,
    },
    CniPlugins = new Dictionary<string, string>
    {
        ["flannel"] = AroundBridge("flannel", "brflannel", "10.82.0.0/24"),
        ["calico"] = AroundBridge("calico", "brcalico", "10.83.0.0/24"),
        ["calico-ipam"] = AroundBridge("calico-ipam", "brcalico", "10.83.0.0/24"),
        ["cilium-cni"] = AroundBridge("cilium-cni", "brcilium", "10.84.0.0/24"),
    },
})
{
    public static IReadOnlyList<string> WithoutCheck { get; } = ["kindnet", "cbr0", "k8s-pod-network", "portmap"];

    public const string Bare = "bare";
    public const string Flat = "flat";

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        var lease = Host.PathOf("/run/flannel/subnet.env"); // Without it no container can be on flannel's network.
        Directory.CreateDirectory(Path.GetDirectoryName(lease)!);
        await File.WriteAllTextAsync(
            lease, "FLANNEL_NETWORK=10.82.0.0/16\nFLANNEL_SUBNET=10.82.0.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n", cancellationToken);
        foreach (var network in WithoutCheck.Append(Bare).Append(Flat))
            await CreateNetworkAsync([.. WithNullIpam(network), network], cancellationToken);
    }

    // In Go's libraries the last of equal keys counts.
    private static string AroundBridge(string type, string bridge, string subnet) => $$$"""
        #!/bin/sh
        for directory in /opt/cni/bin /usr/lib/cni; do [ -x $directory/bridge ] && stock=$directory/bridge; done
        [ $CNI_COMMAND = VERSION ] && exec $stock
        sed 's|}$|,"type":"bridge","bridge":"{{{bridge}}}","isDefaultGateway":true,"ipam":{"type":"host-local","subnet":"{{{subnet}}}"}}|' |
            $stock
        """;
}
