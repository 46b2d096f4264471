using System.Text;
using Bridge.Adapter.History;

namespace Bridge.Adapter.Tests.History;

/// <summary>The ring on the disk: bounded, readable after a crash, written again after whatever happened to it.</summary>
public sealed class HistorySegmentsTests : IDisposable
{
    private const int Size = 8000; // Eight files of 1000 bytes.

    private readonly string _parent = Directory.CreateTempSubdirectory("history-").FullName;
    private readonly HistorySegments _segments;

    public HistorySegmentsTests() => _segments = new HistorySegments(Ring, Size);

    private string Ring => Path.Combine(_parent, "history");

    public void Dispose()
    {
        _segments.Dispose();
        Directory.Delete(_parent, recursive: true);
    }

    [Fact]
    public void Lines_are_read_in_their_order()
    {
        Append(_segments, "a", "b");
        Append(_segments, "c");

        Texts().Should().Equal("a", "b", "c");
    }

    [Fact]
    public void Only_root_may_read_them()
    {
        Append(_segments, "a");

        File.GetUnixFileMode(Ring).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Directory.GetFiles(Ring).Single()).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(2500)]
    public void The_files_never_exceed_the_size_and_lose_the_oldest_first(int length)
    {
        for (var i = 0; i < 200; i++)
        {
            Append(_segments, $"{i}-{new string('x', length)}");
            Directory.GetFiles(Ring).Sum(file => new FileInfo(file).Length).Should().BeLessThanOrEqualTo(Size);
        }

        var numbers = Texts().Select(text => int.Parse(text!.Split('-')[0])).ToArray();
        numbers.Should().Equal(Enumerable.Range(numbers[0], numbers.Length));
        numbers[^1].Should().Be(199);
        numbers.Length.Should().BeGreaterThan(0);
    }

    [Fact]
    public void A_line_that_a_crash_cut_off_is_ignored_and_the_next_process_begins_a_new_one()
    {
        Append(_segments, "a", "b");
        var file = Directory.GetFiles(Ring).Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^4]);
        Texts().Should().Equal("a");

        using var next = new HistorySegments(Ring, Size);
        Append(next, "c");

        Texts().Should().Equal("a", "c");
    }

    [Theory]
    [InlineData("{\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"attached\"")]
    [InlineData("\0\0\0\0\0\0")]
    [InlineData("no JSON at all")]
    [InlineData("{\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"of-a-newer-version\"}")]
    [InlineData("{\"kind\":\"attached\"}")]
    public void A_damaged_or_foreign_line_hides_no_other(string line)
    {
        Append(_segments, "a");
        File.AppendAllText(Directory.GetFiles(Ring).Single(), line + "\n");
        using var next = new HistorySegments(Ring, Size);
        Append(next, "b");

        Texts().Should().Equal("a", "b");
    }

    [Fact]
    public void A_smaller_size_applies_to_what_an_earlier_process_wrote()
    {
        for (var i = 0; i < 60; i++)
            Append(_segments, new string('x', 100));

        using var next = new HistorySegments(Ring, 2000);
        Append(next, "last");

        Directory.GetFiles(Ring).Sum(file => new FileInfo(file).Length).Should().BeLessThanOrEqualTo(2000);
        Texts()[^1].Should().Be("last");
    }

    [Fact]
    public void A_directory_that_was_removed_is_made_again()
    {
        Append(_segments, "a");
        Directory.Delete(Ring, recursive: true);

        Append(_segments, "b");

        Texts().Should().Equal("b");
    }

    [Fact]
    public void What_cannot_be_written_is_reported_and_written_again_later()
    {
        File.WriteAllText(Ring, "a file, where a directory is expected");
        _segments.TryAppend(Lines("a")).Should().BeFalse();
        File.Delete(Ring);

        _segments.TryAppend(Lines("b")).Should().BeTrue();

        Texts().Should().Equal("b");
    }

    [Fact]
    public void The_position_is_where_the_files_end()
    {
        Append(_segments, "a");
        var position = _segments.Position;
        for (var i = 0; i < 20; i++)
            Append(_segments, new string('x', 100));

        new HistoryReader(Ring).Read(position).Select(one => one.Text).Should().Equal("a");
    }

    [Fact]
    public void Without_a_directory_there_are_no_events() => new HistoryReader("/nonexistent/history").Read().Should().BeEmpty();

    private string?[] Texts() => [.. new HistoryReader(Ring).Read().Select(one => one.Text)];

    private static void Append(HistorySegments segments, params string[] texts) => segments.TryAppend(Lines(texts)).Should().BeTrue();

    private static byte[] Lines(params string[] texts) => Encoding.UTF8.GetBytes(string.Concat(texts.Select(text =>
        $$"""{"time":"2026-01-01T00:00:00Z","kind":"detached","text":"{{text}}"}""" + "\n")));
}
