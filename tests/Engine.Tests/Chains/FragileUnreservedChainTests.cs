using Bridge.Engine.Tests.Crashes;
using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Chains;

// The same failures and crashes where addresses come from the chain, which runs at CreateEndpoint.

public sealed class UnreservedFailingPluginTests(FragileUnreservedHost engine)
    : FailingPluginTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedBridgeCrashTests(FragileUnreservedHost engine)
    : BridgeCrashTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedDockerCrashTests(FragileUnreservedHost engine)
    : DockerCrashTests(engine), IClassFixture<FragileUnreservedHost>
{
    protected override bool ComesBackFromKill => true;
}

public sealed class UnreservedPowerCutTests(FragileUnreservedHost engine) : PowerCutTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedStartOrderTests(FragileUnreservedHost engine) : StartOrderTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedLiveRestoreTests(FragileUnreservedHost engine)
    : LiveRestoreTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedStuckCleanupTests(FragileUnreservedHost engine)
    : StuckCleanupTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedStolenAddressTests(FragileUnreservedHost engine)
    : StolenAddressTests(engine), IClassFixture<FragileUnreservedHost>;

public sealed class UnreservedDamagedStateTests(FragileUnreservedHost engine)
    : DamagedStateTests(engine), IClassFixture<FragileUnreservedHost>;

