using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Machine;
using Bridge.TestHosts.Pods;
using Bridge.TestHosts.Sockets;
using Bridge.TestHosts.Tracing;

namespace Bridge.TestHosts;

// Commands in the host.
public sealed partial class TestHost
{
    public Task<CommandResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        Command.RunAsync(_process.Inside(command), cancellationToken);

    /// <summary>A script that must succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> ShellAsync(string script, CancellationToken cancellationToken) =>
        (await RunAsync(["sh", "-e", "-c", script], cancellationToken)).EnsureSuccess().Output;

    /// <summary>On the other host.</summary>
    public Task<CommandResult> RunAtNeighbourAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        Command.RunAsync(_process.AtNeighbour(command), cancellationToken);

    /// <summary>Joins two hosts by a cable of their own.</summary>
    /// <param name="other">The other host.</param>
    /// <param name="address">Of this host, with the length of its prefix.</param>
    /// <param name="othersAddress">Of the other host, likewise.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task ConnectAsync(TestHost other, string address, string othersAddress, CancellationToken cancellationToken)
    {
        (await Command.RunAsync(
            ["ip", "link", "add", "cable", "netns", $"{_process.Pid}", "type", "veth",
                "peer", "name", "cable", "netns", $"{other._process.Pid}"],
            cancellationToken)).EnsureSuccess();
        foreach (var (host, own) in new[] { (this, address), (other, othersAddress) })
        {
            (await host.RunAsync(["sh", "-c", $"ip address add {own} dev cable && ip link set cable up"], cancellationToken))
                .EnsureSuccess();
        }
    }

    /// <summary>A script of the repository, with the engine's own docker client.</summary>
    public Task<CommandResult> SampleAsync(string script, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(["env", "PATH=/usr/bin:/bin:/usr/sbin:/sbin", PackagedFile(script), .. arguments], cancellationToken);

    /// <summary>A command line as typed: <c>docker ARGUMENTS</c>.</summary>
    public Task<CommandResult> DockerAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync([HostRequirements.DockerClient, .. arguments], cancellationToken);

    /// <summary>
    /// <c>docker-compose ARGUMENTS</c>: the one of the engine's own Debian. An old compose does not work with newer engines.
    /// </summary>
    public Task<CommandResult> ComposeAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(["docker-compose", .. arguments], cancellationToken);

    /// <summary><c>cnm-cni ARGUMENTS</c>.</summary>
    public Task<CommandResult> BridgeAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync([CnmCniBinary.Require(), .. arguments], cancellationToken);

    /// <summary>From inside a running container.</summary>
    public async Task<Vantage> FromContainerAsync(string container, CancellationToken cancellationToken)
    {
        var inspect = await DockerAsync(["inspect", "--format", "{{.State.Pid}}", container], cancellationToken);
        return new Vantage(PathOf($"/proc/{inspect.EnsureSuccess().Output}/ns/net"));
    }

    /// <summary>From inside a running pod.</summary>
    public async Task<Vantage> FromPodAsync(Pod pod, CancellationToken cancellationToken)
    {
        var inode = (await pod.ExecAsync(["stat", "-L", "-c", "%i", "/proc/self/ns/net"], cancellationToken)).EnsureSuccess().Output;
        const string search = """for path in /run/netns/*; do if [ "$(stat -L -c %i "$path")" = "$0" ]; then echo "$path"; fi; done""";
        var found = await RunAsync(["sh", "-c", search, inode], cancellationToken);
        return FromNamespace(found.EnsureSuccess().Output);
    }

    /// <summary>From inside a network namespace of the host, given by its path there.</summary>
    public Vantage FromNamespace(string path) => new(PathOf(path));

    /// <summary>Traces cnm-cni from now on.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="withAnswers">Also what it receives from the kernel.</param>
    public Task<SystemCallTrace> TraceBridgeAsync(CancellationToken cancellationToken, bool withAnswers = false) =>
        SystemCallTrace.StartAsync(_process.OnMachine(Bridge.Pid), withAnswers, cancellationToken);

    /// <summary>
    /// Waits for the clean-up of removed containers, which comes after Docker's answer; not where cnm-cni does not run, and not long where
    /// a clean-up fails.
    /// </summary>
    public Task SettleAsync(CancellationToken cancellationToken) => SettleAsync("5s", cancellationToken);

    /// <summary>
    /// The host's state at rest: two equal readings. The shim of a removed container, for example, runs on for a moment.
    /// </summary>
    public async Task<HostCensus> CensusAsync(CancellationToken cancellationToken)
    {
        // A removal in the background yields to all other work: beside other hosts it may take more than 5 s.
        await SettleAsync("20s", cancellationToken);
        return await Eventually.AtRestAsync<HostCensus>(
            async token => await TakeCensusAsync(token), (earlier, later) => later.Since(earlier).Count == 0, cancellationToken);
    }

    /// <summary>Takes a census until nothing differs from an earlier one or the time is over.</summary>
    /// <returns>What still differs.</returns>
    public Task<IReadOnlyList<string>> ChangesSinceAsync(HostCensus earlier, TimeSpan within, CancellationToken cancellationToken) =>
        ChangesSinceAsync(earlier, within, isWaitedFor: _ => true, cancellationToken);

    /// <summary>The same, where some changes may stay.</summary>
    public async Task<IReadOnlyList<string>> ChangesSinceAsync(
        HostCensus earlier, TimeSpan within, Func<string, bool> isWaitedFor, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> changes = [];
        await SettleAsync(cancellationToken);
        await Eventually.IsTrueAsync(
            async token => !(changes = (await TakeCensusAsync(token)).Since(earlier)).Any(isWaitedFor), within, cancellationToken);
        return changes;
    }

    private async Task SettleAsync(string longest, CancellationToken cancellationToken) =>
        await BridgeAsync(["settle", "--timeout", longest], cancellationToken);

    private async Task<HostCensus> TakeCensusAsync(CancellationToken cancellationToken) =>
        new((await RunAsync([HostProcess.Script("census.sh")], cancellationToken)).EnsureSuccess().StandardOutput);
}
