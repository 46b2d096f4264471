using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>Who logs never waits, and what is missing is told where it is missing.</summary>
public sealed class LogQueueTests
{
    private readonly LogQueue _queue = new(mostCharacters: 10, lost => $"-{lost}-");

    [Fact]
    public void Lines_come_out_in_their_order()
    {
        Add("a", "b");

        Rest().Should().Equal("a", "b");
        _queue.Dropped.Should().Be(0);
    }

    [Fact]
    public void Lines_without_room_are_dropped_and_their_number_is_logged_in_their_place()
    {
        Add("12345", "1234", "xx", "y");
        _queue.Take()!.Value.Text.Should().Be("12345");
        Add("z");

        Rest().Should().Equal("1234", "-2-", "z");
        _queue.Dropped.Should().Be(2);
    }

    [Fact]
    public void A_full_queue_accepts_lines_again_when_it_is_half_empty()
    {
        Add("12345", "1234", "xx");
        Add("y");

        Rest().Should().Equal("12345", "1234", "-2-");
    }

    [Fact]
    public void The_number_of_dropped_lines_is_logged_without_a_further_line()
    {
        Add("1234567890", "x");

        _queue.Take()!.Value.Text.Should().Be("1234567890");
        _queue.Take()!.Value.Text.Should().Be("-1-");
    }

    [Fact]
    public void The_number_of_dropped_lines_is_logged_again_when_its_notice_was_lost()
    {
        Add("1234567890", "x", "y");
        _queue.Take();
        _queue.Lose(_queue.Take()!.Value);
        Add("z");

        Rest().Should().Equal("-2-", "z");
        _queue.Dropped.Should().Be(2);
    }

    [Fact]
    public void Lines_that_could_not_be_written_count_as_missing()
    {
        Add("a");
        _queue.Lose(_queue.Take()!.Value);

        Rest().Should().Equal("-1-");
        _queue.Dropped.Should().Be(1);
    }

    private void Add(params string[] lines)
    {
        foreach (var line in lines)
            _queue.Add(line);
    }

    private List<string> Rest()
    {
        _queue.Close();
        var rest = new List<string>();
        while (_queue.Take() is { } line)
            rest.Add(line.Text);

        return rest;
    }
}
