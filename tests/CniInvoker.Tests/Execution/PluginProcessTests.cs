using System.Text;

namespace CniInvoker.Tests.Execution;

public sealed class PluginProcessTests : IDisposable
{
    private const int Mebibyte = 1024 * 1024;

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_plugin_reads_its_whole_stdin_and_writes_to_both_pipes()
    {
        _plugins.WithScript("echoing", "cat; echo problem >&2; exit 3");

        var output = await RunAsync("echoing", stdin: "{\"ü\":1}");

        Encoding.UTF8.GetString(output.Stdout.Span).Should().Be("{\"ü\":1}");
        output.Stderr.Should().Be("problem\n");
        output.Should().BeEquivalentTo(new { ExitCode = 3, Signal = 0, TimedOut = false });
        output.Duration.Should().BePositive();
    }

    [Fact]
    public async Task A_plugin_runs_in_the_root_directory_without_arguments_and_without_our_files()
    {
        _plugins.WithScript("curious", "echo $0 $#; pwd; ls -x /proc/$$/fd");
        using var ours = File.OpenRead("/dev/null");

        var lines = Encoding.UTF8.GetString((await RunAsync("curious")).Stdout.Span).Split('\n');

        lines[0].Should().Be($"{_plugins.Directory}/curious 0");
        lines[1].Should().Be("/");
        lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().BeEquivalentTo("0", "1", "2", "10");
    }

    [Fact]
    public async Task A_plugin_has_default_signal_handling_and_none_blocked()
    {
        _plugins.WithScript("signals", "grep -E 'Sig(Blk|Ign)' /proc/self/status");

        var lines = Encoding.UTF8.GetString((await RunAsync("signals")).Stdout.Span).Split('\n', '\t');

        const ulong ReservedByLibC = 0x1_8000_0000; // Signals 32 and 33 are glibc's own, which its posix_spawn ignores.
        lines[1].Should().Be("0000000000000000");
        (Convert.ToUInt64(lines[3], 16) & ~ReservedByLibC).Should().Be(0);
    }

    [Fact]
    public async Task A_plugin_leads_a_process_group_of_its_own()
    {
        _plugins.WithScript("leader", "cat /proc/$$/stat");

        var stat = Encoding.UTF8.GetString((await RunAsync("leader")).Stdout.Span).Split(' ');

        stat[4].Should().Be(stat[0]);
    }

    [Fact]
    [Case(36, "epipe")]
    public async Task Leaving_a_large_stdin_unread_is_not_a_failure()
    {
        _plugins.WithScript("deaf", "echo done");

        var output = await RunAsync("deaf", stdin: new string('x', Mebibyte));

        output.ExitCode.Should().Be(0);
        Encoding.UTF8.GetString(output.Stdout.Span).Should().Be("done\n");
    }

    [Fact]
    [Case(36, "epipe")]
    public async Task Closing_stdin_early_is_not_a_failure()
    {
        _plugins.WithScript("closing", "exec 0<&-; sleep 0.2; echo done");

        var output = await RunAsync("closing", stdin: new string('x', Mebibyte));

        output.Should().BeEquivalentTo(new { ExitCode = 0, Signal = 0 });
    }

    [Fact]
    public async Task Large_input_and_output_do_not_wait_for_each_other()
    {
        _plugins.WithScript("copying", "tee /dev/stderr");
        var text = string.Concat(Enumerable.Range(0, Mebibyte).Select(i => (char)('a' + (i % 26))));

        var output = await RunAsync("copying", stdin: text);

        Encoding.UTF8.GetString(output.Stdout.Span).Should().Be(text);
        output.Stderr.Should().Be(text);
    }

    [Fact]
    [Case(37, "big-stdout")]
    public async Task Eight_mebibytes_of_output_are_kept()
    {
        _plugins.WithScript("talkative", $"head -c {8 * Mebibyte} /dev/zero | tr '\\0' ' '; echo '{{}}'");

        (await RunAsync("talkative")).Stdout.Length.Should().Be((8 * Mebibyte) + 3);
    }

    [Theory]
    [InlineData("stdout", "")]
    [InlineData("stderr", ">&2")]
    [Case(37, "big-stdout", Libcni = "keeps all of it in memory, without bound",
        Ours = "the plugin is terminated at a limit (16 MiB by default), and has failed")]
    public async Task Endless_output_is_bounded_and_its_writer_terminated(string stream, string redirection)
    {
        _plugins.WithScript("endless", $"echo $$ > '{_plugins.Record("pid")}'; yes {redirection} & yes {redirection}");

        var run = () => new PluginProcess(TimeProvider.System, Mebibyte).ExecuteAsync(Request("endless"), Cancellation);

        (await run.Should().ThrowAsync<CniException>()).Which.Message.Should().StartWith(
            $"CNI network \"pods\": plugin \"endless\" failed ADD: it wrote more than 1048576 bytes to {stream} and was terminated.");
        ProcessTable.IsAlive(_plugins.ReadProcess("pid")).Should().BeFalse();
    }

    [Fact]
    public async Task A_signal_that_ended_a_plugin_is_reported()
    {
        _plugins.WithScript("dying", "kill -SEGV $$");

        (await RunAsync("dying")).Should().BeEquivalentTo(new { Signal = 11, TimedOut = false });
    }

    [Theory]
    [InlineData("no program", "it is neither a program for this machine nor a script that starts with #!; reinstall the plugin")]
    [InlineData("", "the file is empty or starts with an empty line; reinstall the plugin")]
    [InlineData("#!/nowhere/sh -e\n", "its interpreter /nowhere/sh does not exist")]
    [InlineData("#!/etc\n", "permission denied; is its file system mounted noexec, or its interpreter not executable?")]
    public async Task A_plugin_that_cannot_start_is_an_error_with_the_reason(string content, string reason)
    {
        _plugins.WithScript("nonsense", "");
        await File.WriteAllTextAsync(Path.Combine(_plugins.Directory, "nonsense"), content, Cancellation);

        var run = () => RunAsync("nonsense");

        (await run.Should().ThrowAsync<CniException>()).Which.Message.Should().StartWith(
            $"CNI network \"pods\": plugin \"nonsense\" failed ADD: {_plugins.Directory}/nonsense could not run: {reason}");
    }

    [Fact]
    public async Task Many_plugins_run_at_once()
    {
        _plugins.WithScript("echoing", "cat; cat /dev/zero | head -c 100000");

        var outputs = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RunAsync("echoing", stdin: new string('x', 100_000))));

        outputs.Should().AllSatisfy(output => output.Stdout.Length.Should().Be(200_000));
    }

    private Task<PluginOutput> RunAsync(string type, string stdin = "{}", TimeSpan? deadline = null) =>
        new PluginProcess(TimeProvider.System).ExecuteAsync(Request(type, stdin, deadline), Cancellation);

    private PluginRequest Request(string type, string stdin = "{}", TimeSpan? deadline = null) => _plugins.Request(type, stdin, deadline);
}
