using System.Diagnostics;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Cli.Cni;

public sealed class InterruptionTests : IDisposable
{
    private const int Deadline = 60_000;

    private readonly CniHost host = new CniHost().WithSandbox().WithNetwork("pods", "1.0.0", "first", "slow").WithPlugin("first");

    public InterruptionTests() => host.WithPlugin("slow", add: $"touch '{host.Record("reached")}'\nsleep 50 > /dev/null 2>&1 < /dev/null");

    public void Dispose() => host.Dispose();

    [Fact(Timeout = Deadline)]
    public async Task An_ADD_that_is_cancelled_is_undone_before_the_command_ends()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var run = host.RunAsync(["add", "pods", host.Sandbox], cancellation.Token);
        await ReachedAsync(run);

        await cancellation.CancelAsync();

        (await run).Should().Be(1);
        ((uint?)host.Json["code"]).Should().Be(11);
        host.Runs.Should().Equal("ADD first", "ADD slow", "DEL slow", "DEL first");
        await NothingIsRememberedAsync();
    }

    [Theory(Timeout = Deadline)]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task So_is_one_whose_process_gets_a_signal(string signal)
    {
        using var process = Start("cni", "add", "pods", host.Sandbox, "--config", host.ConfigFile);
        await ReachedAsync(process.WaitForExitAsync(TestContext.Current.CancellationToken));

        Tool.Run("kill", $"-{signal}", $"{process.Id}");

        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(1);
        ((uint?)JsonNode.Parse(output)!["code"]).Should().Be(11);
        host.Runs.Should().Equal("ADD first", "ADD slow", "DEL slow", "DEL first");
        await NothingIsRememberedAsync();
    }

    [Fact(Timeout = Deadline)]
    public async Task An_ADD_whose_undoing_fails_too_stays_remembered_and_says_so()
    {
        host.WithPlugin("first", delete: CniHost.Fail(100, "cannot"));
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var run = host.RunAsync(["add", "pods", host.Sandbox, "--container-id", "c1"], cancellation.Token);
        await ReachedAsync(run);

        await cancellation.CancelAsync();

        (await run).Should().Be(1);
        host.Error.Should().Contain("Undoing it failed too").And.Contain("cannot");
        ((string?)host.Json["details"]).Should().StartWith("Undoing it failed too").And.Contain("cannot");
        (await host.RunAsync(["list"], TestContext.Current.CancellationToken)).Should().Be(0);
        var left = host.Json["attachments"]!.AsArray().Should().ContainSingle().Subject!;
        ((string?)left["containerID"]).Should().Be("c1");
        ((bool?)left["complete"]).Should().BeFalse();
    }

    // The program itself, as it lies beside the tests.
    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "cnm-cni"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private async Task ReachedAsync(Task run)
    {
        while (!File.Exists(host.Record("reached")) && !run.IsCompleted)
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    private async Task NothingIsRememberedAsync()
    {
        (await host.RunAsync(["list"], TestContext.Current.CancellationToken)).Should().Be(0);
        host.Json["attachments"]!.AsArray().Should().BeEmpty();
    }
}
