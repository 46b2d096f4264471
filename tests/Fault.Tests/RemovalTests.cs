namespace Bridge.Fault.Tests;

/// <summary>A container with a published port is removed: the link returns, the chain's DEL runs, the address is released.</summary>
public abstract class RemovalTests(FaultHost faulty) : FaultTest(faulty)
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_cnm_cni_is_killed_at_any_step_of_a_removal() => StrikeEveryStepAsync([Run], Remove, FaultDeed.Kill);
}

/// <summary>The disk is full for a moment, or the kernel refuses.</summary>
public abstract class FailingRemovalTests(FaultHost faulty) : FaultTest(faulty)
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_any_step_of_a_removal_fails() => StrikeEveryStepAsync([Run], Remove, FaultDeed.Fail);
}

public sealed class ReservedRemovalTests(ReservedFaultHost faulty) : RemovalTests(faulty), IClassFixture<ReservedFaultHost>;

public sealed class ReservedFailingRemovalTests(ReservedFaultHost faulty) : FailingRemovalTests(faulty), IClassFixture<ReservedFaultHost>;

public sealed class UnreservedRemovalTests(UnreservedFaultHost faulty) : RemovalTests(faulty), IClassFixture<UnreservedFaultHost>;

public sealed class UnreservedFailingRemovalTests(UnreservedFaultHost faulty)
    : FailingRemovalTests(faulty), IClassFixture<UnreservedFaultHost>;

public sealed class ReusingRemovalTests(ReusingFaultHost faulty) : RemovalTests(faulty), IClassFixture<ReusingFaultHost>;

public sealed class ReusingFailingRemovalTests(ReusingFaultHost faulty) : FailingRemovalTests(faulty), IClassFixture<ReusingFaultHost>;

public sealed class UnreservedReusingRemovalTests(UnreservedReusingFaultHost faulty)
    : RemovalTests(faulty), IClassFixture<UnreservedReusingFaultHost>;
