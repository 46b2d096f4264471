using System.Diagnostics;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class InterruptionTests : IDisposable
{
    private readonly CniHost _host = new CniHost().WithSandbox().WithNetwork("pods", "1.0.0", "first", "slow").WithPlugin("first");

    public InterruptionTests() =>
        _host.WithPlugin("slow", add: $"touch '{_host.Record("reached")}'\nsleep 50 > /dev/null 2>&1 < /dev/null");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_cancelled_ADD_is_cleaned_up_before_the_command_ends()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = _host.RunAsync(["add", "pods", _host.Sandbox], cancellation.Token);
        await ReachedAsync(run);

        await cancellation.CancelAsync();

        (await run).Should().Be(1);
        ((uint?)_host.Json["code"]).Should().Be(11);
        _host.Runs.Should().Equal("ADD first", "ADD slow", "DEL slow", "DEL first");
        await NothingIsRememberedAsync();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task An_ADD_whose_process_gets_a_signal_is_cleaned_up_before_it_ends(string signal)
    {
        using var process = Start("cni", "add", "pods", _host.Sandbox, "--config", _host.ConfigFile);
        await ReachedAsync(process.WaitForExitAsync(Cancellation));

        Tool.Run("kill", $"-{signal}", $"{process.Id}");

        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        process.ExitCode.Should().Be(1);
        ((uint?)JsonNode.Parse(output)!["code"]).Should().Be(11);
        _host.Runs.Should().Equal("ADD first", "ADD slow", "DEL slow", "DEL first");
        await NothingIsRememberedAsync();
    }

    [Fact]
    public async Task An_ADD_whose_clean_up_fails_stays_recorded_and_reports_both_errors()
    {
        _host.WithPlugin("first", delete: CniHost.Fail(100, "cannot"));
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = _host.RunAsync(["add", "pods", _host.Sandbox, "--container-id", "c1"], cancellation.Token);
        await ReachedAsync(run);

        await cancellation.CancelAsync();

        (await run).Should().Be(1);
        _host.Error.Should().Contain("The clean-up failed too").And.Contain("cannot");
        ((string?)_host.Json["details"]).Should().StartWith("The clean-up failed too").And.Contain("cannot");
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        var left = _host.Json["attachments"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)left["containerId"]).Should().Be("c1");
        ((bool?)left["complete"]).Should().BeFalse();
    }

    // The program itself, as it lies beside the tests.
    private static Process Start(params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cnm-cni"), arguments) { RedirectStandardOutput = true,
                RedirectStandardError = true })!;

    private Task ReachedAsync(Task run) =>
        Eventually.TrueAsync(() => File.Exists(_host.Record("reached")) || run.IsCompleted, "the plugin \"slow\" runs");

    private async Task NothingIsRememberedAsync()
    {
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        _host.Json["attachments"]!.AsArray().Should().BeEmpty();
    }
}
