using Bridge.Engine.Tests.Crashes;
using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests.Chains;

// The same failures and crashes where addresses are reserved ahead: the chain runs at Join, and a reservation can be lost too.

public sealed class ReservedFailingPluginTests(FragileReservedHost engine) : FailingPluginTests(engine), IClassFixture<FragileReservedHost>;

[Long]
public sealed class ReservedBridgeCrashTests(FragileReservedHost engine) : BridgeCrashTests(engine), IClassFixture<FragileReservedHost>
{
    protected override bool NobodyListens => true;
}

public sealed class ReservedDockerCrashTests(FragileReservedHost engine) : DockerCrashTests(engine), IClassFixture<FragileReservedHost>;

public sealed class ReservedPowerCutTests(FragileReservedHost engine) : PowerCutTests(engine), IClassFixture<FragileReservedHost>;

[Long]
public sealed class ReservedStartOrderTests(FragileReservedHost engine) : StartOrderTests(engine), IClassFixture<FragileReservedHost>;

public sealed class ReservedLiveRestoreTests(FragileReservedHost engine) : LiveRestoreTests(engine), IClassFixture<FragileReservedHost>;

public sealed class ReservedStuckCleanupTests(FragileReservedHost engine) : StuckCleanupTests(engine), IClassFixture<FragileReservedHost>;

public sealed class ReservedStolenAddressTests(FragileReservedHost engine) : StolenAddressTests(engine), IClassFixture<FragileReservedHost>;

public sealed class ReservedDamagedStateTests(FragileReservedHost engine) : DamagedStateTests(engine), IClassFixture<FragileReservedHost>;

