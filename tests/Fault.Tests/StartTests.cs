namespace Bridge.Fault.Tests;

/// <summary>A container starts: the address is reserved, the chain runs, the link arrives, the port is published.</summary>
public abstract class StartTests(FaultHost faulty) : FaultTest(faulty)
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_cnm_cni_is_killed_at_any_step_of_a_container_start() =>
        StrikeEveryStepAsync(before: [], Run, FaultDeed.Kill);
}

/// <summary>The disk is full for a moment, or the kernel refuses.</summary>
public abstract class FailingStartTests(FaultHost faulty) : FaultTest(faulty)
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_any_step_of_a_container_start_fails() => StrikeEveryStepAsync(before: [], Run, FaultDeed.Fail);
}

public sealed class ReservedStartTests(ReservedFaultHost faulty) : StartTests(faulty), IClassFixture<ReservedFaultHost>;

public sealed class ReservedFailingStartTests(ReservedFaultHost faulty) : FailingStartTests(faulty), IClassFixture<ReservedFaultHost>;

public sealed class UnreservedStartTests(UnreservedFaultHost faulty) : StartTests(faulty), IClassFixture<UnreservedFaultHost>;

public sealed class UnreservedFailingStartTests(UnreservedFaultHost faulty) : FailingStartTests(faulty), IClassFixture<UnreservedFaultHost>;

public sealed class WarmStartTests(WarmFaultHost faulty) : StartTests(faulty), IClassFixture<WarmFaultHost>;

public sealed class WarmFailingStartTests(WarmFaultHost faulty) : FailingStartTests(faulty), IClassFixture<WarmFaultHost>;
