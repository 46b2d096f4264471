using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests;

/// <summary>
/// The last plugin of the chain fails: the user sees the reason, and the work of the plugins before it is cleaned up.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public abstract class FailingPluginTests(FragileChainHost engine) : EngineTest(engine)
{
    public override async ValueTask DisposeAsync()
    {
        engine.Work();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Feature("Failures: a plugin's own words reach the prompt, and ADD is undone")]
    [Fact]
    public async Task The_error_object_of_a_plugin_is_shown_completely() =>
        await AssertRunFailsCleanlyAsync("error", "the quarry is shut", "come back on Monday", "117");

    [Feature("Failures: a plugin's own words reach the prompt, and ADD is undone")]
    [Fact]
    public async Task A_plugin_that_prints_garbage_is_quoted() =>
        await AssertRunFailsCleanlyAsync("garbage", "all the gravel is gone");

    [Feature("Failures: a plugin that dies or hangs")]
    [Fact]
    public async Task A_plugin_that_dies_by_a_signal_is_named_with_the_signal() =>
        await AssertRunFailsCleanlyAsync("signal", "signal", "about to crash");

    [Feature("Failures: a plugin that dies or hangs")]
    [Fact]
    public async Task A_plugin_that_hangs_with_a_grandchild_on_its_pipe_is_stopped_at_the_deadline() =>
        await AssertRunFailsCleanlyAsync("hang", "20 s");

    [Feature("Failures: a plugin that is missing")]
    [Fact]
    public async Task A_missing_plugin_is_named_with_the_searched_directories()
    {
        var plugin = Host.PathOf($"/opt/cni/bin/{FragileChainHost.Plugin}");
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        File.Move(plugin, plugin + ".away");
        try
        {
            AssertTold(await RunAsync(), "/opt/cni/bin");
        }
        finally
        {
            File.Move(plugin + ".away", plugin);
        }

        await AssertNothingIsLeftSinceAsync(census);
    }

    [Feature("Failures: a plugin that is missing")]
    [Fact]
    public async Task A_network_whose_plugin_is_missing_is_not_created()
    {
        var plugin = Host.PathOf($"/opt/cni/bin/{FragileChainHost.Plugin}");
        File.Move(plugin, plugin + ".away");
        try
        {
            AssertTold(await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "second"), "/opt/cni/bin");
        }
        finally
        {
            File.Move(plugin + ".away", plugin);
        }
    }

    [Feature("Failures: a DEL that fails is shown and repeated")]
    [Fact]
    [Case(26, "add-fail-del-fail")]
    [Spec("add-then-del")]
    [Spec("del-repeatable", Libcni = "leaves it to its caller to try again", Ours = "repeated until it succeeds")]
    public async Task A_DEL_that_fails_is_shown_and_repeated_until_it_succeeds()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        await RunContainerAsync("web", "--publish", "8080:80");
        engine.FailAs("error-at-DEL");

        await DockerAsync("rm", "--force", "web");

        await Eventually.TrueAsync(
            async token => (await StatusView.OfAsync(Host, token)).PendingCleanups.Count == 1, "the DEL has failed", Cancellation);
        var pending = (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().ContainSingle().Subject;
        pending.LastError.Should().Contain("the quarry is shut");
        (await Host.BridgeAsync(["status"], Cancellation)).EnsureSuccess().Output.Should().Contain("the quarry is shut");
        engine.Work();
        await AssertNothingIsLeftSinceAsync(census);
        (await StatusView.OfAsync(Host, Cancellation)).PendingCleanups.Should().BeEmpty();
    }

    private async Task AssertRunFailsCleanlyAsync(string how, params IReadOnlyList<string> reasons)
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        engine.FailAs(how);

        var run = await RunAsync();

        AssertTold(run, reasons);
        await DockerAsync("rm", "guest");
        await AssertNothingIsLeftSinceAsync(census);
        engine.Work();
        await RunContainerAsync("next");
    }

    private Task<CommandResult> RunAsync() =>
        TryDockerAsync("run", "--name", "guest", "--network", Network, "--publish", "8080:80", Image, "true");

    private static void AssertTold(CommandResult command, params IReadOnlyList<string> reasons)
    {
        command.ExitCode.Should().NotBe(0);
        command.StandardError.Should().ContainAll([CniNetworks.Name, FragileChainHost.Plugin, .. reasons]);
    }
}
