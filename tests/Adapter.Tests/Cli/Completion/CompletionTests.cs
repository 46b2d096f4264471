using System.Diagnostics;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Tests.Cli.Cni;

namespace Bridge.Adapter.Tests.Cli.Completion;

/// <summary>What shells offer at the cursor.</summary>
public sealed class CompletionTests : DaemonCommandTest
{
    [Theory]
    [InlineData("", "status:")]
    [InlineData("networks ", "create:")]
    [InlineData("networks create --", "--ipam:")]
    [InlineData("networks create --ipam ", "cni")]
    [InlineData("networks create --ipam=", "null")]
    [InlineData("cni ", "validate:")]
    [InlineData("status ", "--json:")]
    [InlineData("completion ", "zsh")]
    [InlineData("man ", "networks-create")]
    [InlineData("events --since ", "10m")]
    public async Task Commands_options_and_their_values_are_offered(string line, string candidate) =>
        (await AskAsync(line)).Should().Contain(offered => offered.StartsWith(candidate, StringComparison.Ordinal));

    [Theory]
    [InlineData("serve --config ", "files")]
    [InlineData("serve --log-file=", "files")]
    [InlineData("cni add pods ", "files")]
    [InlineData("man --output ", "directories")]
    [InlineData("repair --dry-run --forget ", "")]
    [InlineData("status --json -", "")]
    public async Task Names_of_files_are_left_to_the_shell(string line, string flags)
    {
        await AskAsync(line);

        Lines()[0].Should().Be(flags);
    }

    [Fact]
    public async Task An_option_that_is_given_is_not_offered_again() =>
        (await AskAsync("status --json --")).Should().NotContain(offered => offered.StartsWith("--json", StringComparison.Ordinal))
            .And.NotBeEmpty();

    [Fact]
    public async Task Containers_are_offered_with_their_networks_except_those_named_already()
    {
        Daemon.Answers["POST /Bridge.Status"] = Answer(Attached.Containers("web", "two words", "escape\u001b[0m"));

        (await AskProgramAsync("60s")).Should().Be("\ntwo words:on pods\n");
    }

    [Fact]
    public async Task A_description_stays_on_its_line()
    {
        var status = Attached.Containers("two words");
        Daemon.Answers["POST /Bridge.Status"] = Answer(
            status with { Endpoints = [.. status.Endpoints.Select(endpoint => endpoint with { NetworkName = "po\nds\tweb" })] });

        (await AskProgramAsync("60s")).Should().Be("\ntwo words:on po ds web\n");
    }

    [Fact]
    public async Task Attachments_made_by_hand_are_offered_for_the_network_of_the_line()
    {
        using var host = new CniHost().WithSandbox().WithNetwork("pods", "1.1.0", "first").WithNetwork("lan", "1.1.0", "first")
            .WithPlugin("first");
        (await host.RunAsync(["add", "pods", host.Sandbox, "--container-id", "one"], Cancellation)).Should().Be(0);
        (await host.RunAsync(["add", "lan", host.Sandbox, "--container-id", "two", "-i", "net1"], Cancellation)).Should().Be(0);

        (await AskProgramAsync("60s", "cni", "del", "pods", host.Sandbox, "--config", host.ConfigFile, "--container-id", ""))
            .Should().Be("\none:on pods\n");
        (await AskProgramAsync("60s", "cni", "gc", "--config", host.ConfigFile, "--keep", "")).Trim().Split('\n')
            .Should().BeEquivalentTo("one/eth0:on pods", "two/net1:on lan");
    }

    [Fact]
    public async Task A_daemon_that_does_not_answer_is_not_waited_for()
    {
        Daemon.Answers["POST /Bridge.Status"] = (_, cancellationToken) => Task.Delay(TimeSpan.FromMinutes(1), cancellationToken);
        var clock = Stopwatch.StartNew();

        (await AskProgramAsync(null)).Should().Be("\n");

        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(8), "it waits 0.3 s; status itself would wait 10 s");
    }

    [Theory]
    [InlineData("check --config /nonexistent ")]
    [InlineData("nonsense --more ")]
    [InlineData("status @/etc/shadow ")]
    public async Task What_cannot_be_completed_is_silent(string line)
    {
        await AskAsync(line);

        Error.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task Without_a_shell_it_is_silent_too()
    {
        (await RunAsync("__complete", Cancellation)).Should().Be(0);

        (Output.ToString() + Error).Should().BeEmpty();
    }

    // Another process, so that its time is its own.
    private Task<string> AskProgramAsync(string? patience) => AskProgramAsync(patience, "check", "--config", ConfigFile, "web", "");

    private static async Task<string> AskProgramAsync(string? patience, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "cnm-cni"), ["__complete", "zsh", .. words])
        {
            RedirectStandardOutput = true,
            Environment = { ["CNM_CNI_COMPLETION_TIMEOUT"] = patience },
        })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return output;
    }

    // In the form of zsh, the richest one.
    private async Task<string[]> AskAsync(string line)
    {
        string[] words = ["__complete", "zsh", .. line.Split(' ')];
        (await Bridge.Adapter.Cli.CommandLine.RunAsync(words, (_, _) => Task.FromResult(42), Console, cancellationToken: Cancellation))
            .Should().Be(0);

        return Lines()[1..];
    }
}

/// <summary>A status with containers of these names.</summary>
internal static class Attached
{
    public static StatusResponse Containers(params string[] names) => new(
        "0.1.0", EngineReachable: true, PodRuntimeState.Absent, [],
        [
            .. names.Select(name => new EndpointStatus(
                name, name, "n1", "pods", "pods", name, "joined", "eth0", null, null, null, [], null, "", 1500, [], [],
                DateTimeOffset.UnixEpoch, null, null)),
        ],
        [], [], [], []);
}
