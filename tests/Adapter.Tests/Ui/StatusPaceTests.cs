using Bridge.Adapter.Ui;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Ui;

public sealed class StatusPaceTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly StatusPace _pace;

    public StatusPaceTests() => _pace = new StatusPace(_time);

    [Fact]
    public void Where_nothing_happens_the_daemon_is_asked_every_two_seconds()
    {
        var (pause, wait) = _pace.Next(Quick, isAnswered: true);

        pause.Should().Be(StatusPace.Least);
        (pause + wait).Should().Be(StatusPace.Usual);
    }

    [Fact]
    public void A_status_that_takes_long_is_asked_for_a_quarter_of_the_time_at_most()
    {
        _pace.Happened();

        _pace.Next(TimeSpan.FromMilliseconds(400), isAnswered: true).Pause.Should().Be(TimeSpan.FromSeconds(1.2));
    }

    [Fact]
    public void What_has_happened_is_looked_at_a_few_times_more_until_it_has_settled()
    {
        _pace.Happened();
        var soon = _pace.Next(Quick, isAnswered: true);
        _time.Advance(TimeSpan.FromSeconds(4));
        var later = _pace.Next(Quick, isAnswered: true);

        (soon.Pause + soon.Wait).Should().Be(TimeSpan.FromMilliseconds(500));
        (later.Pause + later.Wait).Should().Be(StatusPace.Usual);
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(10)]
    public void A_silent_daemon_is_asked_again_after_a_second_however_long_it_was_waited_for(double seconds) =>
        _pace.Next(TimeSpan.FromSeconds(seconds), isAnswered: false).Should().Be((StatusPace.Retry, TimeSpan.Zero));
}
