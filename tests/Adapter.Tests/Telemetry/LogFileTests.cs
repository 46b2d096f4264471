using System.Text;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Tests.Telemetry;

public sealed class LogFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("log-").FullName;
    private int _opened;

    private string File => Path.Combine(_directory, "bridge.log");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Lines_are_added_to_what_is_there_already()
    {
        System.IO.File.WriteAllText(File, "before\n");

        Write(Open(), "one\n", "two\n");

        System.IO.File.ReadAllText(File).Should().Be("before\none\ntwo\n");
        System.IO.File.Exists(File + ".1").Should().BeFalse();
    }

    [Fact]
    public void A_new_file_is_for_its_owner_alone()
    {
        Open();

        System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void At_its_limit_the_file_replaces_the_previous_one_and_a_new_one_begins()
    {
        var log = Open(limit: 10);

        Write(log, "1234\n", "5678\n", "a\n", "bcdefgh\n", "c\n");

        System.IO.File.ReadAllText(File).Should().Be("c\n");
        System.IO.File.ReadAllText(File + ".1").Should().Be("a\nbcdefgh\n");
        _opened.Should().Be(3, "standard error follows every file");
    }

    [Fact]
    public void Lines_of_earlier_runs_count_towards_the_limit()
    {
        System.IO.File.WriteAllText(File, "12345678\n");

        Write(Open(limit: 10), "new\n");

        System.IO.File.ReadAllText(File).Should().Be("new\n");
    }

    [Fact]
    public void A_line_longer_than_the_limit_is_written()
    {
        Write(Open(limit: 3), "12345678\n");

        System.IO.File.ReadAllText(File).Should().Be("12345678\n");
    }

    [Fact]
    public void A_file_that_was_moved_gets_the_lines_until_SIGHUP()
    {
        var log = Open();
        Write(log, "one\n");
        System.IO.File.Move(File, File + ".old");
        Write(log, "two\n");

        log.Reopen();
        Write(log, "three\n");

        System.IO.File.ReadAllText(File + ".old").Should().Be("one\ntwo\n");
        System.IO.File.ReadAllText(File).Should().Be("three\n");
    }

    [Fact]
    public void When_the_file_cannot_be_moved_no_line_is_lost()
    {
        Directory.CreateDirectory(Path.Combine(File + ".1", "in the way"));
        var log = Open(limit: 5);

        Write(log, "1234\n", "5678\n", "9\n");

        System.IO.File.ReadAllText(File).Should().Be("1234\n5678\n9\n");
    }

    [Theory]
    [InlineData("/dev/null", "/dev/null is a device, where a file is expected")]
    [InlineData("/nowhere/bridge.log", "*No such file or directory*")]
    public void A_path_that_is_not_a_regular_file_is_refused_at_once(string path, string words) =>
        FluentActions.Invoking(() => new LogFile(path, _ => { })).Should().Throw<IOException>().WithMessage(words);

    private LogFile Open(long limit = LogFile.Limit) => new(File, _ => _opened++, limit);

    private static void Write(LogFile log, params string[] lines)
    {
        foreach (var line in lines)
            log.TryWrite(Encoding.UTF8.GetBytes(line)).Should().BeTrue();
    }
}
