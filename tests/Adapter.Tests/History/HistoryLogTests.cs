using System.Text;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.History;

/// <summary>Who adds an event never waits, and what is missing is said where it is missing.</summary>
public sealed class HistoryLogTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("history-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);

    private AdapterSettings Settings => new()
    {
        StateDirectory = _state, PluginEnvironment = new Dictionary<string, string> { ["PROXY"] = "http://me:pw@10.0.0.1" },
    };

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public void Events_survive_the_process_with_the_time_at_which_they_were_added()
    {
        using (var first = new HistoryLog(Settings, _time))
            Add(first, "a");

        _time.Advance(TimeSpan.FromHours(1));
        using (var second = new HistoryLog(Settings, _time))
            Add(second, "b");

        Events().Select(one => (one.Text, one.Time.Hour)).Should().Equal(("a", 0), ("b", 1));
    }

    [Fact]
    public void With_size_0_nothing_is_kept_not_even_what_was_there()
    {
        using (var before = new HistoryLog(Settings, _time))
            Add(before, "a");

        using (var history = new HistoryLog(Settings with { History = new HistorySettings { Size = 0 } }, _time))
        {
            Add(history, "a");
            history.Follow().Should().BeNull();
            history.IsOn.Should().BeFalse();
        }

        Directory.GetFiles(_state, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Events_without_room_in_the_queue_are_dropped_and_counted_behind_the_others()
    {
        using var writes = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        long lost;
        using (var history = new HistoryLog(Settings, _time))
        {
            history.Add(HistoryEventKind.Detached, (made, _) =>
            {
                writes.Set();
                busy.Wait(Cancellation); // As long as a disk that hangs.
                return made with { Text = "first" };
            });
            writes.Wait(Cancellation); // All that follow are one batch.
            for (var i = 0; i < 100; i++)
                history.Add(HistoryEventKind.Detached, (made, _) => made with { Text = "large" }, bytes: 100_000);

            busy.Set();
            await Eventually.TrueAsync(() => Events() is [.., { Kind: HistoryEventKind.Lost }], "the loss is written");
            lost = history.Lost;
        }

        lost.Should().BeGreaterThan(10);
        Events().Count(one => one.Text == "large").Should().Be(100 - (int)lost);
        Events()[^1].Should().BeEquivalentTo(new { Kind = HistoryEventKind.Lost, Count = lost });
    }

    [Fact]
    public async Task Events_that_the_disk_does_not_take_are_counted_in_front_of_the_next()
    {
        var ring = Settings.HistoryDirectory;
        await File.WriteAllTextAsync(ring, "a file, where a directory is expected", Cancellation);
        using (var history = new HistoryLog(Settings, _time))
        {
            Add(history, "a");
            await Eventually.TrueAsync(() => history.Lost == 1, "the first is lost");
            File.Delete(ring);
            Add(history, "b");
        }

        Events().Select(one => (one.Kind, one.Text?.Split(' ')[0])).Should().Equal(
            (HistoryEventKind.Lost, "1"), (HistoryEventKind.Detached, "b"));
    }

    [Fact]
    public void An_event_that_makes_no_sense_is_counted_and_ends_nothing()
    {
        using (var history = new HistoryLog(Settings, _time))
        {
            history.Add(HistoryEventKind.Detached, (_, _) => throw new FormatException("no address"));
            Add(history, "b");
        }

        Events().Should().Contain(one => one.Text == "b").And.Contain(one => one.Kind == HistoryEventKind.Lost);
    }

    [Fact]
    public async Task A_follower_and_the_files_up_to_its_start_have_every_event_once()
    {
        using var history = new HistoryLog(Settings, _time);
        for (var i = 0; i < 300; i++)
            Add(history, $"{i}");

        var follower = history.Follow()!;
        for (var i = 300; i < 400; i++)
            Add(history, $"{i}");

        var read = new HistoryReader(Settings.HistoryDirectory).Read(follower.Start).Select(one => one.Text).ToList();
        while (read.Count < 400)
            read.Add(HistoryReader.Parse(await follower.ReadAsync(Cancellation))!.Text);

        read.Should().Equal(Enumerable.Range(0, 400).Select(i => $"{i}"));
    }

    [Fact]
    public void There_are_a_few_followers_at_most_and_one_that_left_makes_room()
    {
        using var history = new HistoryLog(Settings, _time);
        var followers = Enumerable.Range(0, HistoryLog.MostFollowers).Select(_ => history.Follow()).ToArray();
        followers.Should().NotContainNulls();

        history.Follow().Should().BeNull();
        followers[0]!.Close();

        history.Follow().Should().NotBeNull();
    }

    [Fact]
    public void Values_of_variables_do_not_reach_the_disk()
    {
        using (var history = new HistoryLog(Settings, _time))
        {
            history.Add(
                HistoryEventKind.Found, (made, redactor) => made with { Text = redactor.Text("proxy http://me:pw@10.0.0.1 is down") });
        }

        Events().Single().Text.Should().Be("proxy (redacted) is down");
    }

    private static void Add(HistoryLog history, string text) =>
        history.Add(HistoryEventKind.Detached, (made, _) => made with { Text = text });

    private HistoryEvent[] Events() => [.. new HistoryReader(Settings.HistoryDirectory).Read()];
}

/// <summary>A reader that is slow misses lines, and learns how many.</summary>
public sealed class FollowerTests
{
    private readonly Follower _follower = new(new HistoryPosition(1, 0), mostBytes: 10, lost => Encoding.UTF8.GetBytes($"-{lost}-"));

    [Fact]
    public async Task Lines_without_room_are_dropped_and_counted_in_their_place()
    {
        Publish("12345", "1234", "xx", "y");
        (await ReadAsync()).Should().Be("12345");
        (await ReadAsync()).Should().Be("1234");
        (await ReadAsync()).Should().Be("-2-");

        Publish("z");
        (await ReadAsync()).Should().Be("z");
    }

    [Fact]
    public async Task Once_full_it_takes_nothing_before_it_is_half_empty()
    {
        Publish("12345", "12345", "x");
        (await ReadAsync()).Should().Be("12345");
        Publish("z");

        (await ReadAsync()).Should().Be("12345");
        (await ReadAsync()).Should().Be("-2-");
        _follower.IsClosed.Should().BeFalse();
    }

    private void Publish(params string[] lines)
    {
        foreach (var line in lines)
            _follower.Publish(Encoding.UTF8.GetBytes(line));
    }

    private async Task<string> ReadAsync() => Encoding.UTF8.GetString(await _follower.ReadAsync(Cancellation));
}
