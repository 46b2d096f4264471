namespace Bridge.Fault.Tests;

/// <summary>The restart after a crash is itself interrupted at each of its steps, and the next one cleans up after both.</summary>
public abstract class RecoveryTests(FaultHost faulty) : FaultTest(faulty)
{
    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_the_restart_after_a_crash_during_ADD_is_killed_too() =>
        StrikeEveryStepOfRecoveryAsync(before: [], Run, "PluginEnd ADD of firewall");

    [Fact(Timeout = Deadline.EveryStep)]
    public Task Nothing_is_left_when_the_restart_after_a_crash_during_DEL_is_killed_too() =>
        StrikeEveryStepOfRecoveryAsync([Run], Remove, "PluginEnd DEL of firewall");
}

public sealed class ReservedRecoveryTests(ReservedFaultHost faulty) : RecoveryTests(faulty), IClassFixture<ReservedFaultHost>;

public sealed class UnreservedRecoveryTests(UnreservedFaultHost faulty) : RecoveryTests(faulty), IClassFixture<UnreservedFaultHost>;
