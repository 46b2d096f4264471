using System.Net;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>
/// A host with a way out: its neighbour is its default gateway in both families, and its name server. CNI networks of every kind that
/// <c>cnm-cni test</c> tells apart: <c>pods</c>, with addresses reserved ahead; <see cref="Dual"/>, both families without;
/// <see cref="Six"/>, IPv6 alone; <see cref="Direct"/>, attached in the sandbox; <see cref="Inner"/>, internal; <see cref="Gateless"/>,
/// without a default route and portmap.
/// </summary>
public sealed class TrialHost() : EngineHost(new TestHostOptions
{
    CniNetworks = new Dictionary<string, string>
    {
        [CniNetworks.FileName] = CniNetworks.StockChain,
        [CniNetworks.SecondFileName] = CniNetworks.SecondStockChain,
        [CniNetworks.ThirdFileName] = CniNetworks.ThirdStockChain,
        ["40-dual.conflist"] = Chain(Dual, "cni4", WayOut, Portmap, "10.94.0.0/24", "fd00:94::/64"),
        ["50-six.conflist"] = Chain(Six, "cni5", WayOut, Portmap, "fd00:95::/64"),
        ["60-gateless.conflist"] = Chain(Gateless, "cni6", "", "", "10.96.0.0/24"),
    },
})
{
    public const string Dual = "dual";
    public const string Six = "six";
    public const string Direct = "direct";
    public const string Inner = "within";
    public const string Gateless = "gateless";

    private const string WayOut = """ "isDefaultGateway": true, "ipMasq": true,""";

    private const string Portmap = """, { "type": "portmap", "capabilities": { "portMappings": true } }, { "type": "firewall" }""";

    private IAsyncDisposable? _names;

    public override async ValueTask DisposeAsync()
    {
        if (_names is not null)
            await _names.DisposeAsync();

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async Task FurnishAsync(CancellationToken cancellationToken)
    {
        await base.FurnishAsync(cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Dual), Dual], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Six), Six], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.SecondName), "-o", "cni.attach=sandbox", Direct], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(CniNetworks.ThirdName), "--internal", Inner], cancellationToken);
        await CreateNetworkAsync([.. WithNullIpam(Gateless), Gateless], cancellationToken);

        const string Ways = """
            echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
            ip address add fd00:200::1/64 dev uplink nodad
            ip -6 route add default via fd00:200::2
            echo "nameserver 10.200.0.2" > /etc/resolv.conf
            """;
        (await Host.RunAsync(["sh", "-e", "-c", Ways], cancellationToken)).EnsureSuccess();
        (await Host.RunAtNeighbourAsync(["ip", "address", "add", "fd00:200::2/64", "dev", "uplink", "nodad"], cancellationToken))
            .EnsureSuccess();
        _names = Host.FromNeighbour.ServeNames(IPAddress.Parse("192.0.2.7"));
    }

    private static string Chain(string name, string bridge, string gateway, string more, params IEnumerable<string> subnets) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            { "type": "bridge", "bridge": "{{bridge}}", "isGateway": true,{{gateway}} "ipam": { "type": "host-local", "ranges": [{{
              string.Join(", ", subnets.Select(subnet => $$"""[{ "subnet": "{{subnet}}" }]"""))}}] } }{{more}}
          ]
        }
        """;
}
