using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Chains;

// The same facts on the stock chain and a network as recommended.

[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class StockChainReachabilityTests(StockChainHost engine) : ReachabilityTests(engine), IClassFixture<StockChainHost>;

[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class StockChainAgreementTests(StockChainHost engine) : AgreementTests(engine), IClassFixture<StockChainHost>;

[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class StockChainCensusTests(StockChainHost engine) : CensusTests(engine), IClassFixture<StockChainHost>
{
    protected override IReadOnlyList<string> Published(int number) =>
        ["--publish", $"{8100 + number}:80", "--publish", $"{8100 + number}:53/udp", "--publish", "81"];
}
