using System.Diagnostics;
using System.Net.Sockets;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Tests.Cnm;
using Microsoft.Extensions.Logging;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>Lines carry their priority where journald takes it away again, and nowhere else.</summary>
public sealed class JournalStreamTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("journal-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(LogLevel.Trace, "<7>a")]
    [InlineData(LogLevel.Debug, "<7>a")]
    [InlineData(LogLevel.Information, "<6>a")]
    [InlineData(LogLevel.Warning, "<4>a")]
    [InlineData(LogLevel.Error, "<3>a")]
    [InlineData(LogLevel.Critical, "<2>a")]
    public void Levels_have_the_priorities_of_syslog(LogLevel level, string line) =>
        JournalStream.Prioritized(level, "a").Should().Be(line);

    [Fact]
    public void Every_line_of_a_text_has_its_priority() =>
        JournalStream.Prioritized(LogLevel.Error, "a\nb\nc").Should().Be("<3>a\n<3>b\n<3>c");

    // A shell tells the program what systemd would: device and inode of its output.
    [Theory]
    [InlineData("text", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1)", "", "^<6>")]
    [InlineData("json", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1)", "", "^<6>{")]
    [InlineData("text", "JOURNAL_STREAM=9:31415", "", "^[^<]")]
    [InlineData("text", "", "", "^[^<]")]
    [InlineData("text", "", "always", "^<6>")]
    [InlineData("json", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1)", "never", "^{")]
    public async Task Lines_have_priorities_when_the_output_is_the_journals(string format, string variable, string setting, string first)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        var settings = setting.Length > 0 ? $", priorities: {setting}" : "";
        await File.WriteAllTextAsync($"{_directory}/settings.yaml", $$"""
            socket: {{_directory}}/cni.sock
            stateDirectory: {{_directory}}/state
            runDirectory: {{_directory}}/run
            dockerSocket: {{_directory}}/no-docker.sock
            log: { format: {{format}}{{settings}} }
            """, Cancellation);

        (await ServeAsync($"{_directory}/log", variable)).Should().Be(0);

        var lines = await File.ReadAllLinesAsync($"{_directory}/log", Cancellation);
        lines.Should().Contain(line => line.Contains("Serving as Docker network driver", StringComparison.Ordinal))
            .And.OnlyContain(line => System.Text.RegularExpressions.Regex.IsMatch(line, first.Replace("<6>", "<[3-6]>")));
    }

    [Fact]
    public async Task The_reason_why_it_does_not_start_is_an_error_in_the_journal()
    {
        await File.WriteAllTextAsync($"{_directory}/settings.yaml", "a: b\nc: d\n", Cancellation);

        (await ServeAsync($"{_directory}/log", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/2)")).Should().Be(2);

        (await File.ReadAllLinesAsync($"{_directory}/log", Cancellation)).Should().HaveCount(2)
            .And.OnlyContain(line => line.StartsWith("<3>/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task So_is_a_mistake_in_the_command_line_of_a_unit()
    {
        await File.WriteAllTextAsync($"{_directory}/settings.yaml", "", Cancellation);

        (await ServeAsync($"{_directory}/log", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/2)", "--logfile=x")).Should().Be(2);

        (await File.ReadAllLinesAsync($"{_directory}/log", Cancellation)).Should().NotBeEmpty()
            .And.OnlyContain(line => line.StartsWith("<3>", StringComparison.Ordinal) && line.Length > 3);
    }

    // Until it listens, or has ended by itself.
    private async Task<int> ServeAsync(string log, string variable, string option = "")
    {
        var serve = $"'{DaemonProcess.Program}' serve --config '{_directory}/settings.yaml' {option}";
        using var process = Process.Start("sh", ["-c", $"exec > '{log}' 2>&1; exec env {variable} {serve}"]);
        await Eventually.TrueAsync(() => Listens() || process.HasExited, "it listens or ends");
        if (!process.HasExited)
            Process.Start("kill", [$"{process.Id}"]).Dispose();

        await process.WaitForExitAsync(Cancellation);
        return process.ExitCode;
    }

    private bool Listens()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint($"{_directory}/cni.sock"));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
