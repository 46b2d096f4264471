using System.Text;

namespace CniInvoker.Tests.Execution;

/// <summary>A program that somebody has open for writing cannot be executed (ETXTBSY); so it is while a package manager installs it.</summary>
public sealed class BusyPluginTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    [Case(35, "etxtbsy-2s / 9s")]
    public async Task After_two_seconds_it_is_run_once_and_has_all_of_its_stdin()
    {
        var stdin = string.Concat(Enumerable.Repeat("all of it ", 10_000));
        var writer = Install();

        var run = new PluginProcess(TimeProvider.System).ExecuteAsync(_plugins.Request("busy", stdin), Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
        var isWaiting = !run.IsCompleted;
        await writer.DisposeAsync();

        isWaiting.Should().BeTrue();
        var output = await run;
        output.ExitCode.Should().Be(0);
        Encoding.UTF8.GetString(output.Stdout.Span).Should().Be(stdin);
    }

    [Fact]
    [Case(35, "etxtbsy-2s / 9s",
        Libcni = "depends on the Go it is built with: 1.24 tries for five seconds, after which DEL, CHECK and STATUS succeed without having run anything; 1.27 fails after one second, for it starts the same command twice", Ours = "tries as long; then every operation fails, and says why")]
    public async Task A_DEL_whose_plugin_stays_busy_has_not_succeeded()
    {
        await using var writer = Install();

        var delete = () => _plugins.Runtime().DeleteAsync(
            ScriptedPlugins.NetworkOf("busy"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);

        (await delete.Should().ThrowAsync<CniException>()).Which.Message.Should().EndWith("could not run: another process has it open for writing; is it being installed?");
    }

    private FileStream Install()
    {
        var path = Path.Combine(_plugins.Directory, "busy");
        File.Copy("/bin/cat", path);
        return new FileStream(path, FileMode.Open, FileAccess.Write);
    }
}
