using System.Text.Json;
using Bridge.Adapter.History;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Documentation.Json;
using Microsoft.AspNetCore.Http;

namespace Bridge.Adapter.Tests.Cli.History;

/// <summary><c>events</c> and <c>log</c>: the files, and the stream of a daemon.</summary>
public sealed class EventsCommandTests : DaemonCommandTest
{
    private const string Attached = """
        {"time":"2026-01-01T00:00:00Z","kind":"attached","endpointId":"5f2b7c3c7a0e4f1d","containerId":"c1","container":"web","cniNetwork":"pods","addresses":["10.88.0.2/16"]}
        """;

    private const string Failed = """
        {"time":"2026-01-02T00:00:00.5Z","kind":"plugin","containerId":"c1","cniNetwork":"pods","plugin":{"type":"bridge","verb":"DEL","outcome":"failure","milliseconds":12.34,"exitCode":1,"input":{"type":"bridge"},"output":{"code":7,"msg":"no\n bridge"}}}
        """;

    [Fact]
    public async Task Events_are_a_line_each_also_without_a_daemon()
    {
        await WriteAsync(Attached, Failed);

        (await RunAsync($"events --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines().Should().Equal(
            "2026-01-01T00:00:00.000Z  attached           container web (endpoint 5f2b7c3c7a0e) on pods: 10.88.0.2/16",
            "2026-01-02T00:00:00.500Z  plugin             DEL of bridge on pods for c1: failure (exit 1) in 12.3 ms: no bridge");
    }

    [Fact]
    public async Task Events_as_JSON_are_an_object_per_line_and_since_leaves_out_the_older()
    {
        await WriteAsync(Attached, Failed);

        (await RunAsync($"events --json --since 2026-01-02 --config {ConfigFile}", Cancellation)).Should().Be(0);

        JsonSchemas.Require("event", Lines()[0]);
        using var line = JsonDocument.Parse(Lines().Should().ContainSingle().Subject);
        line.RootElement.GetProperty("plugin").GetProperty("output").GetProperty("code").GetInt32().Should().Be(7);
    }

    [Theory]
    [InlineData("events --since")]
    [InlineData("events --since soon")]
    [InlineData("log")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string command) =>
        (await RunAsync($"{command} --config {ConfigFile}", Cancellation)).Should().Be(2);

    [Fact]
    public async Task Follow_shows_the_files_up_to_the_start_of_the_stream_and_then_the_stream()
    {
        await WriteAsync(Attached, Failed);
        Daemon.Answers["GET /Bridge.Events"] = async (context, cancellationToken) =>
        {
            await context.Response.WriteAsync($$"""{"segment":1,"offset":{{Attached.Length + 1}}}""" + "\n", cancellationToken);
            await context.Response.WriteAsync(Failed + "\n", cancellationToken);
        };

        var exitCode = await RunAsync($"events --follow --since 2026-01-01 --json --config {ConfigFile}", Cancellation);

        exitCode.Should().Be(1, "the daemon ended the stream");
        Error.ToString().Should().Contain("cnm-cni has stopped");
        Lines().Should().HaveCount(2);
        Lines()[1].Should().Contain("\"plugin\"");
        Lines().Should().AllSatisfy(line => JsonSchemas.Require("event", line));
    }

    [Fact]
    public async Task Follow_without_a_daemon_says_so()
    {
        await File.WriteAllTextAsync(ConfigFile, "socket: /nonexistent/cni.sock\n", Cancellation);

        (await RunAsync($"events --follow --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain("cnm-cni serve is not running");
    }

    [Fact]
    public async Task Log_tells_the_story_of_a_container_with_what_its_plugins_were_given()
    {
        await WriteAsync(Attached, Failed);

        (await RunAsync($"log web --verbose --config {ConfigFile}", Cancellation)).Should().Be(0);

        Lines()[0].Should().MatchRegex("^SINCE +UNTIL +CONTAINER +ENDPOINT +CNI NETWORK +ADDRESSES$");
        Lines()[1].Should().MatchRegex("^2026-01-01T00:00:00.000Z +now +web +5f2b7c3c7a0e +pods +10.88.0.2/16$");
        Output.ToString().Should().Contain("    input:\n      {\n        \"type\": \"bridge\"\n      }\n");
    }

    [Fact]
    public async Task Log_as_JSON_is_one_object_that_fits_its_schema()
    {
        await WriteAsync(Attached, Failed);

        (await RunAsync($"log 10.88.0.2/16 --json --config {ConfigFile}", Cancellation)).Should().Be(0);

        JsonSchemas.Require("log", Output.ToString());
        using var story = JsonDocument.Parse(Output.ToString());
        story.RootElement.GetProperty("tenures")[0].GetProperty("container").GetString().Should().Be("web");
    }

    [Fact]
    public async Task Log_of_something_unknown_says_when_the_history_begins()
    {
        await WriteAsync(Attached);

        (await RunAsync($"log other --config {ConfigFile}", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain("nothing about \"other\"").And.Contain("It begins at 2026-01-01T00:00:00.000Z");
    }

    private async Task WriteAsync(params string[] lines)
    {
        var state = Path.Combine(Path.GetDirectoryName(ConfigFile)!, "state");
        await File.AppendAllTextAsync(ConfigFile, $"stateDirectory: '{state}'\n");
        var ring = Directory.CreateDirectory(new AdapterSettings { StateDirectory = state }.HistoryDirectory);
        await File.WriteAllTextAsync(
            Path.Combine(ring.FullName, "0000000001.jsonl"), string.Concat(lines.Select(line => line + "\n")));
        new HistoryReader(ring.FullName).Read().Should().HaveCount(lines.Length);
    }
}
