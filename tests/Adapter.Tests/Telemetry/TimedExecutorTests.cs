using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Tests.Telemetry;

public sealed class TimedExecutorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("plugins-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    [Case(31, "stderr-success", Libcni = "copies it to the runtime's own stderr", Ours = "one entry of the log, with the plugin's name")]
    public async Task The_stderr_of_a_successful_plugin_is_logged_once_with_its_name()
    {
        var log = new LogLines<TimedExecutor>();
        using var traces = new Traces();
        var executor =
            new TimedExecutor(new PluginProcess(TimeProvider.System), new CallClock(TimeProvider.System),
                new AdapterMetrics(new LogQueue(0, _ => "")), traces, new SpanSecrets([]), TimeProvider.System, log);

        var output = await executor.ExecuteAsync(Request("echo 'mind the gap' >&2; echo '{}'"), Cancellation);

        output.ExitCode.Should().Be(0);
        log.Lines.Should().ContainSingle(line => line.Contains("mind the gap", StringComparison.Ordinal)).Which.Should().Contain(
            "talkative");
    }

    private PluginRequest Request(string script)
    {
        var path = Path.Combine(_directory, "talkative");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new PluginRequest
        {
            Path = path,
            PluginType = "talkative",
            Operation = CniOperation.Delete,
            NetworkName = "pods",
            ContainerId = "c1",
            Stdin = "{}"u8.ToArray(),
            Environment = [new("PATH", Environment.GetEnvironmentVariable("PATH")!)],
            Deadline = TimeSpan.FromSeconds(20),
            TerminationGrace = TimeSpan.FromSeconds(2),
        };
    }
}
