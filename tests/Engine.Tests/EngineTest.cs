using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Pods;

namespace Bridge.Engine.Tests;

/// <summary>The base of tests on a host: commands, and an empty host for the next test.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    private readonly EngineHost _engine;
    private readonly List<Pod> _pods = [];

    protected EngineTest(EngineHost engine)
    {
        Assert.SkipUnless(engine.MissingRequirement is null, engine.MissingRequirement ?? "");
        _engine = engine;
    }

    protected const string Network = EngineHost.Network;

    protected const string Image = "bridge-test";

    protected static IReadOnlyList<string> WebServer { get; } = ["httpd", "-f", "-p", "80", "-h", "/www"];

    /// <summary>The answer of every web server of these tests.</summary>
    protected const string Page = "served\n";

    protected TestHost Host => _engine.Host;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Host.Logs);

        await StartDaemonsAsync();
        await EmptyAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The stock plugins are those of today (1.9), not those of Debian 12 and 13 (1.1), which had no tap plugin yet.</summary>
    protected bool HasNewPlugins => File.Exists(Host.PathOf("/usr/lib/cni/tap"));

    /// <summary>Skips the test on an engine that lacks what it is about.</summary>
    /// <param name="since">The first version that has it.</param>
    /// <param name="feature">What it has, as the subject of a sentence.</param>
    protected void RequireEngine(EngineVersion since, string feature) =>
        Assert.SkipUnless(Host.Engine >= since, $"engine: {feature} needs Docker {since}, and this is {Host.Engine}");

    /// <summary>Writes into the results that a feature falls short of its name on this engine although the test passes.</summary>
    /// <param name="feature">One of the test's.</param>
    /// <param name="reasons">In what, and why. Empty: it does not.</param>
    protected static void Except(string feature, IEnumerable<string> reasons)
    {
        var lines = string.Join('\n', reasons.Distinct());
        if (lines.Length > 0)
            TestContext.Current.AddAttachment(ReportTraits.ExceptionsTo(feature), lines);
    }

    /// <summary>A docker command that must succeed.</summary>
    /// <returns>Its output.</returns>
    protected async Task<string> DockerAsync(params IEnumerable<string> arguments) =>
        (await TryDockerAsync(arguments)).EnsureSuccess().Output;

    /// <summary>A docker command that may fail.</summary>
    protected Task<CommandResult> TryDockerAsync(params IEnumerable<string> arguments) => Host.DockerAsync(arguments, Cancellation);

    /// <summary>Removes containers, and waits until they are cleaned up.</summary>
    protected async Task RemoveAsync(params IEnumerable<string> containers)
    {
        await DockerAsync(["rm", "--force", .. containers]);
        await Host.SettleAsync(Cancellation);
    }

    /// <summary>A container on the CNI network: a web server, unless the options end with another image and command.</summary>
    protected Task RunContainerAsync(string name, params IEnumerable<string> options) =>
        DockerAsync(["run", "--detach", "--name", name, "--network", Network, .. options, Image, .. WebServer]);

    /// <summary>On the host.</summary>
    /// <returns>What it printed.</returns>
    protected async Task<string> RunInShellAsync(string script) =>
        (await Host.RunAsync(["sh", "-c", script], Cancellation)).EnsureSuccess().Output;

    protected async Task<Pod> RunPodAsync(string name, int hostPort = 0)
    {
        var pod = await Host.Pods.RunAsync(name, WebServer, hostPort, Cancellation);
        _pods.Add(pod);
        return pod;
    }

    /// <returns>What a command in a container printed.</returns>
    protected Task<string> ExecAsync(string container, params IEnumerable<string> command) => DockerAsync(["exec", container, .. command]);

    /// <summary>What plugins create once and keep (the bridge, firewall chains) exists from the first container on.</summary>
    /// <param name="options">Of that container; with ports where the test publishes some.</param>
    protected async Task<HostCensus> CensusAfterOneContainerAsync(params IEnumerable<string> options)
    {
        await DockerAsync(["run", "--rm", "--network", Network, .. options, Image, "true"]);
        return await Host.CensusAsync(Cancellation);
    }

    /// <summary>A change of the census that is not a loss: for tests that take something away themselves.</summary>
    protected static bool IsLeftBehind(string change) => change.StartsWith('+');

    /// <param name="census">Taken before.</param>
    /// <param name="within">The bound for work in the background.</param>
    protected async Task AssertNothingIsLeftSinceAsync(HostCensus census, TimeSpan? within = null)
    {
        var changes = await Host.ChangesSinceAsync(census, within ?? Eventually.Bound, Cancellation);
        string.Join('\n', changes).Should().BeEmpty();
    }

    /// <summary>Removes a container while cnm-cni is down, and starts cnm-cni again.</summary>
    /// <param name="container">Its name.</param>
    /// <param name="nobodyListens">
    /// Docker finds nobody on the socket: it tries each call for 15 s and goes on without an answer. Otherwise each call gets an error,
    /// after which Docker goes on in the same way, but at once: it tries again only what has had no answer (moby pkg/plugins/client.go).
    /// </param>
    protected async Task RemoveWhileDownAsync(string container, bool nobodyListens = false)
    {
        await Host.Bridge.KillAsync(Cancellation);
        if (nobodyListens)
        {
            await TryDockerAsync("rm", "--force", container);
        }
        else
        {
            await using (Host.RefuseDriverCalls())
                await TryDockerAsync("rm", "--force", container);
        }

        await Host.Bridge.StartAsync(Cancellation);
    }

    // Daemons that the test killed or stopped.
    private async Task StartDaemonsAsync()
    {
        foreach (var daemon in (Daemon[])[.. _engine.RunsBridge ? [Host.Bridge] : Array.Empty<Daemon>(), Host.Dockerd])
        {
            if (!daemon.IsRunning)
                await daemon.StartAsync(CancellationToken.None);
        }
    }

    private async Task EmptyAsync()
    {
        foreach (var pod in _pods)
            await pod.RemoveAsync(CancellationToken.None);

        _pods.Clear();
        var containers = (await Host.DockerAsync(["ps", "--all", "--quiet"], CancellationToken.None)).EnsureSuccess().Output;
        if (containers.Length > 0)
            await Host.DockerAsync(["rm", "--force", .. containers.Split('\n')], CancellationToken.None);

        await Host.SettleAsync(CancellationToken.None); // Until then cnm-cni status shows what was removed.
    }
}
