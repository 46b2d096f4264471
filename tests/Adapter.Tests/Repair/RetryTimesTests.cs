using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Repair;

public sealed class RetryTimesTests
{
    private readonly SetBackTimeProvider _time = new();
    private readonly RetryTimes _retries;

    public RetryTimesTests() => _retries = new RetryTimes(
        new AdapterSettings { Repair =
            new RepairSettings { RetryFirst = TimeSpan.FromSeconds(2), RetryLongest = TimeSpan.FromSeconds(60) } }, _time);

    [Fact]
    public void The_pause_doubles_up_to_the_longest()
    {
        var pauses = new List<double>();
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            _retries.Failed("e1", attempt);
            pauses.Add(_retries.Remaining("e1")!.Value.TotalSeconds);
        }

        pauses.Should().Equal(2, 4, 8, 16, 32, 60, 60);
    }

    [Fact]
    public void A_new_process_tries_at_once_and_continues_with_the_recorded_attempts()
    {
        _retries.IsDue("e1").Should().BeTrue();

        _retries.Failed("e1", attempts: 5);

        _retries.Remaining("e1").Should().Be(TimeSpan.FromSeconds(32));
    }

    [Fact]
    public void A_clock_that_is_set_back_delays_no_attempt()
    {
        _retries.Failed("e1", attempts: 5);
        _time.SetBack(TimeSpan.FromDays(365));
        _time.Advance(TimeSpan.FromSeconds(31));
        _retries.IsDue("e1").Should().BeFalse();

        _time.Advance(TimeSpan.FromSeconds(1));

        _retries.IsDue("e1").Should().BeTrue();
    }

    [Fact]
    public void Attempts_count_also_when_a_full_disk_prevented_their_recording()
    {
        _retries.Failed("e1", attempts: 0);
        _retries.Failed("e1", attempts: 0);

        _retries.Remaining("e1").Should().Be(TimeSpan.FromSeconds(4));
    }
}
