using System.Text;

namespace CniInvoker.Tests.Execution;

/// <summary>
/// A program that another process has open for writing, as during an installation, cannot be executed (execve(2) ETXTBSY).
/// </summary>
public sealed class BusyPluginTests : IDisposable
{
    // With its growing pauses the twelfth attempt comes after two seconds.
    private const int Attempts = 12;

    private const string Reason = "could not run: another process has it open for writing; is it being installed?";

    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(35, "etxtbsy-2s / 9s")]
    public async Task A_plugin_busy_for_two_seconds_runs_once_with_all_of_its_stdin()
    {
        var stdin = string.Concat(Enumerable.Repeat("all of it ", 10_000));
        var writer = Install();

        var clock = new CountingClock();
        var run = new PluginProcess(clock).ExecuteAsync(_plugins.Request("busy", stdin), Cancellation);
        await Eventually.TrueAsync(() => clock.Reads > Attempts, "it tries again and again");
        run.IsCompleted.Should().BeFalse();
        await writer.DisposeAsync();

        var output = await run;
        output.ExitCode.Should().Be(0);
        Encoding.UTF8.GetString(output.Stdout.Span).Should().Be(stdin);
    }

    [Fact]
    [Case(35, "etxtbsy-2s / 9s",
        Libcni = "depends on the Go it is built with: 1.24 tries for five seconds, after which DEL, CHECK and STATUS succeed without " +
            "having run anything; 1.27 fails after one second, for it starts the same command twice",
            Ours = "tries as long; then every operation fails with the reason")]
    public async Task DEL_of_a_plugin_that_stays_busy_fails()
    {
        await using var writer = Install();

        var delete = () => _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.NetworkOf("busy"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Message.Should().EndWith(Reason);
    }

    [Fact]
    [Case(35, "etxtbsy-2s / 9s")]
    public async Task A_plugin_that_stays_busy_until_the_deadline_is_an_error()
    {
        await using var writer = Install();
        var request = _plugins.Request("busy", deadline: TimeSpan.FromMilliseconds(500));

        var run = () => new PluginProcess(TimeProvider.System).ExecuteAsync(request, Cancellation);

        (await run.Should().ThrowAsync<CniException>()).Which.Msg.Should().EndWith(Reason);
    }

    private FileStream Install()
    {
        var path = Path.Combine(_plugins.Directory, "busy");
        File.Copy("/bin/cat", path);
        return new FileStream(path, FileMode.Open, FileAccess.Write);
    }

    // Each attempt to start a plugin reads the clock once.
    private sealed class CountingClock : TimeProvider
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _reads);
            return base.GetTimestamp();
        }
    }
}
