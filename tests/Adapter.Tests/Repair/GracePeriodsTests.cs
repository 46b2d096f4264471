using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>How long a finding must stay before it counts.</summary>
public sealed class GracePeriodsTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private readonly SetBackTimeProvider _time = new();
    private readonly GracePeriods _gracePeriods;

    public GracePeriodsTests() => _gracePeriods = new GracePeriods(_time);

    [Fact]
    public void The_next_inspection_is_due_when_the_grace_period_ends()
    {
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);

        _gracePeriods.IsRunning(Unused("r1")).Should().BeTrue();
        _gracePeriods.UntilNextEnd.Should().Be(Grace);
        _gracePeriods.UntilLastEnd.Should().Be(Grace);
    }

    [Fact]
    public void A_finding_that_outlasts_its_grace_period_counts_and_needs_no_further_inspection()
    {
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);
        _time.Advance(Grace);
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);

        _gracePeriods.IsRunning(Unused("r1")).Should().BeFalse();
        _gracePeriods.UntilNextEnd.Should().BeNull("Docker's silence must not make the background look again and again");
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_no_grace_period_longer()
    {
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);
        _time.SetBack(TimeSpan.FromDays(365));
        _gracePeriods.UntilLastEnd.Should().Be(Grace);

        _time.Advance(Grace);

        _gracePeriods.IsRunning(Unused("r1")).Should().BeFalse();
    }

    [Fact]
    public void A_finding_that_disappears_and_returns_has_a_new_grace_period()
    {
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);
        _gracePeriods.Settle(typeof(GracePeriodsTests), []);
        _time.Advance(Grace);
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);

        _gracePeriods.IsRunning(Unused("r1")).Should().BeTrue();
    }

    [Fact]
    public void Each_inspection_has_its_own_grace_periods()
    {
        _gracePeriods.Settle(typeof(GracePeriodsTests), [Unused("r1")]);
        _gracePeriods.Settle(typeof(GracePeriods), []);

        _gracePeriods.IsRunning(Unused("r1")).Should().BeTrue();
    }

    private static Finding Unused(string id) => new(FindingKind.UnusedReservation, id, "reservation", "unused") { Grace = Grace };
}
