using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Chains;

// The same facts on the shortest chain there is.

public sealed class BareChainReachabilityTests(BareChainHost engine) : ReachabilityTests(engine), IClassFixture<BareChainHost>;

public sealed class BareChainAgreementTests(BareChainHost engine) : AgreementTests(engine), IClassFixture<BareChainHost>;

public sealed class BareChainCensusTests(BareChainHost engine) : CensusTests(engine), IClassFixture<BareChainHost>
{
    protected override IReadOnlyList<string> Published(int number) => [];
}
