using Bridge.Engine.Tests.Racks;

namespace Bridge.Engine.Tests;

/// <summary>Three hosts that are connected as flannel's host-gw connects them: a route per host.</summary>
[Long]
[Plugin("bridge", "host-local", "portmap")]
public sealed class MultiHostTests(HostGatewayRack rack) : RackTest(rack), IClassFixture<HostGatewayRack>;

/// <summary>Three hosts with VXLAN between them. Like the next, only `./bridge test --hosts` runs it.</summary>
[Plugin("bridge", "host-local", "portmap")]
public sealed class VxlanHostTests(VxlanRack rack) : RackTest(rack), IClassFixture<VxlanRack>;

/// <summary>Five hosts.</summary>
[Plugin("bridge", "host-local", "portmap")]
public sealed class FiveHostTests(FiveHostRack rack) : RackTest(rack), IClassFixture<FiveHostRack>;
