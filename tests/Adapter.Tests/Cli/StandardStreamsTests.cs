using System.Diagnostics;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>A command whose caller has closed its streams, as some supervisors do.</summary>
public sealed class StandardStreamsTests
{
    [Theory]
    [InlineData("version >&-", 1, "Standard output cannot be written: it is closed[.]\n")]
    [InlineData("--help >&-", 1, "Standard output cannot be written: it is closed[.]\n")]
    [InlineData("settings >&-", 1, "Standard output cannot be written: it is closed[.]\n")]
    [InlineData("nonsense >&-", 2, "cnm-cni has no command nonsense[.] .*\n")]
    [InlineData("nonsense 2>&-", 2, "")]
    [InlineData("version >&- 2>&-", 1, "")]
    [InlineData("version <&- 2>&-", 0, "cnm-cni .*\n")]
    public async Task Closed_streams_end_in_a_sentence_and_an_exit_code(string command, int expected, string text)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "cnm-cni");
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec '{program}' {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        var error = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        (output + await error).Should().MatchRegex($"^{text}$");
        process.ExitCode.Should().Be(expected);
    }
}
