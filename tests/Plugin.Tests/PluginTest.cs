using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;

namespace Bridge.Plugin.Tests;

/// <summary>The base of tests on a host: their network, and the check that each leaves the host unchanged.</summary>
public abstract class PluginTest : IAsyncLifetime
{
    /// <summary>The CNI network of every test.</summary>
    protected const string Network = "tested";

    protected const string Subnet = "10.90.0.0/24";
    protected const string Gateway = "10.90.0.1";

    /// <summary>The answer of every web server of these tests.</summary>
    protected const string Page = "served\n";

    private readonly PluginHost _fixture;
    private readonly List<Sandbox> _sandboxes = [];

    protected PluginTest(PluginHost fixture)
    {
        Assert.SkipUnless(fixture.MissingRequirement is null, fixture.MissingRequirement ?? "");
        _fixture = fixture;
    }

    protected TestHost Host => _fixture.Host;

    /// <summary>The newest version of the specification that these plugins support.</summary>
    protected static string NewestVersion => PluginHost.HasNewPlugins ? "1.1.0" : "1.0.0";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Removes what a failed test left, which would fail the next one.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in _sandboxes)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
                await sandbox.DeleteAsync(CancellationToken.None);

            await sandbox.RemoveAsync(CancellationToken.None);
        }

        GC.SuppressFinalize(this);
    }

    protected static void RequireNewPlugins(string feature) =>
        Assert.SkipUnless(PluginHost.HasNewPlugins, $"plugin: {feature} came after version 1.1.1 of the stock plugins");

    /// <summary>Configures <see cref="Network"/> as a network of these plugins.</summary>
    protected Task WriteNetworkAsync(params IEnumerable<string> plugins) => WriteNetworkAsync(NewestVersion, plugins);

    protected Task WriteNetworkAsync(string cniVersion, IEnumerable<string> plugins) =>
        File.WriteAllTextAsync(
            Host.PathOf("/etc/cni/net.d/10-tested.conflist"),
            $$"""{ "cniVersion": "{{cniVersion}}", "name": "{{Network}}", "plugins": [ {{string.Join(", ", plugins)}} ] }""",
            Cancellation);

    protected async Task<Sandbox> NewSandboxAsync()
    {
        var sandbox = new Sandbox(Host, _fixture.NewName(), Network);
        _sandboxes.Add(sandbox);
        await sandbox.MakeAsync(Cancellation);
        return sandbox;
    }

    /// <summary>On the host.</summary>
    /// <returns>Its output.</returns>
    protected async Task<string> RunInShellAsync(string script) =>
        (await Host.RunAsync(["sh", "-c", script], Cancellation)).EnsureSuccess().Output;

    /// <summary>A command about the whole network: <c>cnm-cni cni VERB NETWORK OPTIONS</c>.</summary>
    protected Task<CommandResult> CniAsync(string verb, params IEnumerable<string> options) =>
        Host.BridgeAsync(["cni", verb, Network, .. options], Cancellation);

    /// <summary>A census after one attachment, which makes what plugins keep (the bridge device, chains of the firewall).</summary>
    /// <param name="capabilities">Of that attachment.</param>
    protected async Task<HostCensus> CensusAfterOneAttachmentAsync(string? capabilities = null)
    {
        var first = await NewSandboxAsync();
        await first.AddAsync(Cancellation, capabilities);
        (await first.DeleteAsync(Cancellation)).EnsureSuccess();
        await first.RemoveAsync(Cancellation);
        return await Host.CensusAsync(Cancellation);
    }

    /// <summary>DEL leaves no interface in the sandbox, may be repeated, and leaves nothing on the host.</summary>
    protected async Task AssertIsUndoneAsync(Sandbox sandbox, HostCensus census)
    {
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        await sandbox.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
    }

    /// <param name="census">Taken before.</param>
    protected async Task AssertNothingIsLeftSinceAsync(HostCensus census)
    {
        var changes = await Host.ChangesSinceAsync(census, Eventually.Bound, Cancellation);
        string.Join('\n', changes).Should().BeEmpty();
    }

    /// <summary>The command failed with this error text.</summary>
    protected static void AssertRefused(CommandResult command, params string[] words)
    {
        command.ExitCode.Should().NotBe(0);
        foreach (var word in words)
            command.StandardError.Should().Contain(word);
    }
}
