using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Service;

/// <summary><c>serve --log-file</c>.</summary>
public sealed class LogToFileTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("log-").FullName;
    private DaemonProcess _daemon = null!; // Set before each test; stays null where the test is skipped.

    private string LogFile => Path.Combine(_directory, "bridge.log");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root.");
        _daemon = new DaemonProcess("") { Arguments = $"--log-file '{LogFile}'" };
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_log_goes_to_the_file_and_with_SIGHUP_to_a_new_one()
    {
        await _daemon.StartAsync();
        await Eventually.TrueAsync(
            () => Read(LogFile).Contains("Serving as Docker network driver", StringComparison.Ordinal), "it logs to the file");
        File.Move(LogFile, LogFile + ".old");

        _daemon.Signal("HUP");
        await Eventually.TrueAsync(
            async _ =>
            {
                await _daemon.PostAsync("NetworkDriver.DeleteNetwork", """{"NetworkID":"0c"}""");
                return Read(LogFile).Contains("NetworkDriver.DeleteNetwork", StringComparison.Ordinal);
            },
            "it logs to a new file",
            Cancellation);

        _daemon.Log.Should().BeEmpty("all of it is in the file");
        new FileInfo($"/proc/{_daemon.Id}/fd/2").LinkTarget.Should().Be(LogFile, "that is where the runtime's last words go");
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_written_ends_the_start_with_an_error()
    {
        Directory.CreateDirectory(LogFile);

        (await _daemon.RunAsync()).Should().Be(1);

        _daemon.Log.Should().StartWith($"The log file {LogFile} cannot be opened: ").And.NotContain("   at ");
    }

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file) : "";
}
