using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>Whoever reads the log, or does not: Docker is answered, and the process ends when it is told to.</summary>
public sealed class LogReaderTests : IAsyncLifetime
{
    // More than a pipe and the queue hold.
    private const int Calls = 15_000;
    private const int AtOnce = 8;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("log-reader-");
    private readonly DaemonProcess _daemon = new("");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_stalled_log_reader_blocks_no_call_and_the_number_of_missing_lines_is_logged()
    {
        using var reader = await StartOnPipeAsync();

        await CallAsync();

        (await LostAsync()).Should().BePositive();
        (await _daemon.MetricsAsync()).Should().MatchRegex("cnm_cni_log_lines_dropped_total [1-9]");
        await Task.Run(() => ReadUntil(reader, " lines of this log are missing here"), Cancellation)
            .WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [Fact]
    public async Task A_stalled_log_reader_does_not_block_the_end_of_the_process()
    {
        using var reader = await StartOnPipeAsync();
        await CallAsync();

        _daemon.Terminate();

        (await _daemon.EndAsync()).Should().Be(0);
    }

    [Fact]
    public async Task The_process_goes_on_after_the_log_reader_has_ended()
    {
        using (await StartOnPipeAsync())
            await CallAsync(10);

        await CallAsync(10);
        (await LostAsync()).Should().BePositive();
    }

    [Fact]
    public async Task The_process_goes_on_with_a_full_disk_and_counts_the_missing_lines()
    {
        await _daemon.StartAsync("/dev/full");

        await CallAsync(10);

        (await LostAsync()).Should().BePositive();
    }

    [Fact]
    public async Task Lines_logged_before_the_end_are_in_the_log()
    {
        await _daemon.StartAsync();
        await CallAsync(2_000);
        _daemon.Terminate();
        await _daemon.EndAsync();

        _daemon.Log.Split('\n').Count(line => line.Contains("Plugin.Activate answered", StringComparison.Ordinal)).Should().Be(2_000);
    }

    private async Task<StreamReader> StartOnPipeAsync()
    {
        var pipe = Path.Combine(_directory.FullName, "pipe");
        Tool.Run("mkfifo", pipe);

        // Also for writing: else it would wait for the daemon here.
        var reader = new StreamReader(new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        await _daemon.StartAsync(pipe);
        return reader;
    }

    private static void ReadUntil(StreamReader reader, string words)
    {
        while (!reader.ReadLine()!.Contains(words, StringComparison.Ordinal))
        {
        }
    }

    private Task CallAsync(int calls = Calls) =>
        Parallel.ForAsync(0, calls, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        (await _daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200));

    private async Task<long> LostAsync()
    {
        var lost = 0L;
        await Eventually.TrueAsync(() => (lost = Lost().Result) > 0, "losses are counted");
        return lost;

        async Task<long> Lost() => (long)JsonNode.Parse((await _daemon.PostAsync("Bridge.Status", "")).Body)!["logLinesDropped"]!;
    }
}
