using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Chains;

// The same facts on the shortest chain there is.

[Plugin("bridge", "host-local")]
public sealed class BareChainReachabilityTests(BareChainHost engine) : ReachabilityTests(engine), IClassFixture<BareChainHost>;

[Plugin("bridge", "host-local")]
public sealed class BareChainAgreementTests(BareChainHost engine) : AgreementTests(engine), IClassFixture<BareChainHost>;

[Plugin("bridge", "host-local")]
public sealed class BareChainCensusTests(BareChainHost engine) : CensusTests(engine), IClassFixture<BareChainHost>
{
    protected override IReadOnlyList<string> Published(int number) => [];
}
