namespace Bridge.Fault.Tests;

/// <summary>A container starts.</summary>
public abstract class AttachTests(FaultHost fault) : FaultTest(fault)
{
    [Fact(Timeout = Patience)]
    public Task Nothing_is_left_whichever_step_of_a_start_is_the_bridges_last() => StrikeEveryStepAsync(before: null, Run, FaultDeed.Kill);
}

/// <summary>The same, and what does not work is survived.</summary>
public abstract class FailingAttachTests(FaultHost fault) : FaultTest(fault)
{
    [Fact(Timeout = Patience)]
    public Task Nothing_is_left_whichever_step_of_a_start_fails() => StrikeEveryStepAsync(before: null, Run, FaultDeed.Fail);
}

/// <summary>A container goes.</summary>
public abstract class DetachTests(FaultHost fault) : FaultTest(fault)
{
    [Fact(Timeout = Patience)]
    public Task Nothing_is_left_whichever_step_of_a_removal_is_the_bridges_last() => StrikeEveryStepAsync(Run, Remove, FaultDeed.Kill);
}

public abstract class FailingDetachTests(FaultHost fault) : FaultTest(fault)
{
    [Fact(Timeout = Patience)]
    public Task Nothing_is_left_whichever_step_of_a_removal_fails() => StrikeEveryStepAsync(Run, Remove, FaultDeed.Fail);
}

public sealed class ReservedAttachTests(ReservedFaultHost fault) : AttachTests(fault), IClassFixture<ReservedFaultHost>;

public sealed class ReservedFailingAttachTests(ReservedFaultHost fault) : FailingAttachTests(fault), IClassFixture<ReservedFaultHost>;

public sealed class ReservedDetachTests(ReservedFaultHost fault) : DetachTests(fault), IClassFixture<ReservedFaultHost>;

public sealed class ReservedFailingDetachTests(ReservedFaultHost fault) : FailingDetachTests(fault), IClassFixture<ReservedFaultHost>;

public sealed class UnreservedAttachTests(UnreservedFaultHost fault) : AttachTests(fault), IClassFixture<UnreservedFaultHost>;

public sealed class UnreservedFailingAttachTests(UnreservedFaultHost fault) : FailingAttachTests(fault), IClassFixture<UnreservedFaultHost>;

public sealed class UnreservedDetachTests(UnreservedFaultHost fault) : DetachTests(fault), IClassFixture<UnreservedFaultHost>;

public sealed class UnreservedFailingDetachTests(UnreservedFaultHost fault) : FailingDetachTests(fault), IClassFixture<UnreservedFaultHost>;
