using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// Docker networks whose addresses are reserved through the CNI networks' own IPAM: <c>pods</c> with the stock chain, <c>dual</c> with both
/// families.
/// </summary>
public sealed class ReservingHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        ["20-dual.conflist"] = Dual,
        ["30-leased.conflist"] =
            """
            { "cniVersion": "1.0.0", "name": "leased", "plugins": [ { "type": "bridge", "bridge": "cni3", "ipam": { "type": "dhcp" } } ] }
            """,
        ["40-bare.conflist"] = """{ "cniVersion": "1.0.0", "name": "bare", "plugins": [ { "type": "bridge", "bridge": "cni4" } ] }""",
    },
})
{
    public const string DualNetwork = "dual";
    public const string Subnet6 = "fd00:92::/64";
    public const string Gateway6 = "fd00:92::1";

    private const string Dual = $$"""
        { "cniVersion": "1.0.0", "name": "dual", "plugins": [
          { "type": "bridge", "bridge": "cni2", "isGateway": true, "isDefaultGateway": true,
            "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.92.0.0/24" }], [{ "subnet": "{{Subnet6}}" }]] } } ] }
        """;

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync(
            ["--ipam-driver", "cni", "--ipam-opt", "cni.network=dual", "--ipv6", "--subnet", "10.92.0.0/24", "--gateway", "10.92.0.1",
                "--subnet", Subnet6, "--gateway", Gateway6, DualNetwork],
            cancellationToken);
    }
}
