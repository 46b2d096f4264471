using System.Text;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Tests.History;

/// <summary>What a plugin was given and answered is kept, without secrets and cut.</summary>
public sealed class RecordedExecutorTests : IDisposable
{
    private readonly AdapterSettings _settings = new() { StateDirectory = Directory.CreateTempSubdirectory("history-").FullName };

    public void Dispose() => Directory.Delete(_settings.StateDirectory, recursive: true);

    [Fact]
    public async Task A_failed_run_is_kept_with_its_input_answer_arguments_and_exit_code_and_without_secrets()
    {
        var run = await RunAsync(
            """echo 'login with hunter2-Zq81 failed' >&2; echo '{"code":7,"msg":"no login for hunter2-Zq81"}'; exit 3""",
            """{"type":"guard","password":"hunter2-Zq81","mtu":1500}""");

        run.Should().BeEquivalentTo(
            new
            {
                Type = "guard", Verb = "ADD", Outcome = "failure", ExitCode = 3, Ifname = "eth0", Netns = "/run/netns/x",
                Args = "IgnoreUnknown=1;TOKEN=(redacted)", ErrorOutput = "login with (redacted) failed",
            });
        run.Input!.Value.GetRawText().Should().Be("""{"type":"guard","password":"(redacted)","mtu":1500}""");
        run.Output!.Value.GetProperty("msg").GetString().Should().Be("no login for (redacted)");
        run.Milliseconds.Should().BePositive();
        Files().Should().NotContain("hunter2");
    }

    [Theory]
    [InlineData("kill -SEGV $$", "signal")]
    [InlineData("exec sleep 60", "timeout")]
    public async Task A_run_that_does_not_end_well_is_kept_with_its_outcome(string script, string outcome) =>
        (await RunAsync(script, "{}")).Outcome.Should().Be(outcome);

    [Fact]
    public async Task A_plugin_that_cannot_run_is_kept_with_the_reason()
    {
        var run = await RunAsync(script: null, "{}");

        run.Outcome.Should().Be("nostart");
        run.Error.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task Long_texts_are_cut_and_very_long_ones_left_out()
    {
        var large = new string('x', PluginText.Longest + 100);

        var run = await RunAsync($"head -c {PluginText.LongestRead + 1} /dev/zero | tr '\\0' y", $$"""{"type":"guard","a":"{{large}}"}""");

        var input = run.Input!.Value.GetString()!;
        input.Should().StartWith("""{"type":"guard","a":"xxx""").And.EndWith(" more characters)");
        input.Length.Should().BeLessThan(PluginText.Longest + 50);
        run.Output!.Value.GetString().Should().Be($"({PluginText.LongestRead + 1} bytes, not kept)");
    }

    [Fact]
    public async Task What_a_plugin_says_to_an_input_whose_secrets_are_unknown_is_left_out_too()
    {
        var large = new string('x', PluginText.LongestRead);

        var run = await RunAsync(
            "cat >/dev/null; echo 'login with hunter2-Zq81 failed' >&2; exit 1", $$"""{"password":"hunter2-Zq81","a":"{{large}}"}""");

        run.Should().BeEquivalentTo(new { Outcome = "failure", ErrorOutput = "(31 bytes, not kept)" });
        run.Output.Should().BeNull();
    }

    [Fact]
    public async Task What_is_no_JSON_is_kept_as_a_text() =>
        (await RunAsync("echo 'panic: gravel'", "no JSON")).Output!.Value.GetString().Should().Be("panic: gravel");

    private async Task<PluginRun> RunAsync(string? script, string input)
    {
        var path = Path.Combine(_settings.StateDirectory, "guard");
        if (script is not null)
        {
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        using (var history = new HistoryLog(_settings, TimeProvider.System))
        {
            var executor = new RecordedExecutor(new PluginProcess(TimeProvider.System, 8 << 20), history, TimeProvider.System);
            try
            {
                await executor.ExecuteAsync(Request(path, input), Cancellation);
            }
            catch (CniException) when (script is null)
            {
                // Of the caller; the history has it too.
            }
        }

        var kept = new HistoryReader(_settings.HistoryDirectory).Read().Should().ContainSingle().Subject;
        kept.Should().BeEquivalentTo(new { Kind = HistoryEventKind.Plugin, ContainerId = "c1", CniNetwork = "pods" });
        return kept.Plugin!;
    }

    private static PluginRequest Request(string path, string input) => new()
    {
        Path = path,
        PluginType = "guard",
        Operation = CniOperation.Add,
        NetworkName = "pods",
        ContainerId = "c1",
        Stdin = Encoding.UTF8.GetBytes(input),
        Environment =
        [
            new("PATH", Environment.GetEnvironmentVariable("PATH")!), new("CNI_IFNAME", "eth0"), new("CNI_NETNS", "/run/netns/x"),
            new("CNI_ARGS", "IgnoreUnknown=1;TOKEN=abc-123-Q"),
        ],
        Deadline = TimeSpan.FromSeconds(2),
        TerminationGrace = TimeSpan.FromMilliseconds(100),
    };

    private string Files() => string.Concat(Directory.GetFiles(_settings.HistoryDirectory).Select(File.ReadAllText));
}
