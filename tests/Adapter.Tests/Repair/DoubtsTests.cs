using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>How long a finding must stay before it counts.</summary>
public sealed class DoubtsTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private readonly SetBackTimeProvider time = new();
    private readonly Doubts doubts;

    public DoubtsTests() => doubts = new Doubts(time);

    [Fact]
    public void The_next_look_is_when_it_may_count()
    {
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);

        doubts.About(Unused("r1")).Should().BeTrue();
        doubts.UntilNextLook.Should().Be(Grace);
        doubts.Longest.Should().Be(Grace);
    }

    [Fact]
    public void What_stayed_that_long_counts_and_wants_no_further_look()
    {
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);
        time.Advance(Grace);
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);

        doubts.About(Unused("r1")).Should().BeFalse();
        doubts.UntilNextLook.Should().BeNull("Docker's silence must not make the background look again and again");
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_no_doubt_longer()
    {
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);
        time.SetBack(TimeSpan.FromDays(365));
        doubts.Longest.Should().Be(Grace);

        time.Advance(Grace);

        doubts.About(Unused("r1")).Should().BeFalse();
    }

    [Fact]
    public void What_went_meanwhile_starts_anew_when_it_comes_again()
    {
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);
        doubts.Settle(typeof(DoubtsTests), []);
        time.Advance(Grace);
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);

        doubts.About(Unused("r1")).Should().BeTrue();
    }

    [Fact]
    public void What_another_inspection_sees_is_none_of_its_business()
    {
        doubts.Settle(typeof(DoubtsTests), [Unused("r1")]);
        doubts.Settle(typeof(Doubts), []);

        doubts.About(Unused("r1")).Should().BeTrue();
    }

    private static Finding Unused(string id) => new(FindingKind.UnusedReservation, id, "reservation", "unused") { Grace = Grace };
}
