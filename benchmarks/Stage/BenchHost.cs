using System.Globalization;
using System.Text.Json;
using Bridge.Benchmarks.Results;
using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Benchmarks.Stage;

/// <summary>A test host with a Docker network for each case.</summary>
internal sealed class BenchHost : IAsyncDisposable
{
    /// <summary>Attachments that a warm network has ready.</summary>
    private const int Warm = 16;

    public const string Image = "bridge-test";

    private const string WarmNetwork = "warm";
    private const string WarmSandboxNetwork = "warmsandbox";

    // Without reuse: what a container has taken is made again.
    private static readonly string[] Refilled = [WarmNetwork, WarmSandboxNetwork];

    // Docker knows nothing of attachments that are only present, and repair would remove them.
    private const string Settings = "log: { format: json }\nrepair: { interval: 24h, orphanGrace: 1h }\n";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly bool _canSettle;
    private readonly int _reused;
    private bool _refills;

    private BenchHost(TestHost host, bool canSettle, int reused)
    {
        Host = host;
        _canSettle = canSettle;
        _reused = reused;
        Calls = new CallLog(host.Bridge.LogPath);
    }

    public TestHost Host { get; }

    public CallLog Calls { get; }

    /// <summary>Those that this engine and this cnm-cni support, and that were chosen.</summary>
    public IReadOnlyList<NetworkCase> Cases { get; private set; } = [];

    public static Task<BenchHost> StartAsync(BenchmarkOptions options, Samples samples, CancellationToken cancellationToken) =>
        StartAsync(options, samples, Warm, cancellationToken);

    /// <param name="options">Which cases.</param>
    /// <param name="samples">For notes on cases that are not supported.</param>
    /// <param name="reused">How many warm attachments the network with reuse keeps.</param>
    /// <param name="cancellationToken">Stops the host.</param>
    public static async Task<BenchHost> StartAsync(
        BenchmarkOptions options, Samples samples, int reused, CancellationToken cancellationToken)
    {
        Progress.Tell("starting a test host");
        var host = await TestHost.StartAsync(
            new TestHostOptions { CniNetworks = Chains.Files, BridgeSettings = Settings, StartBridge = true }, cancellationToken);
        try
        {
            var help = (await host.BridgeAsync(["--help"], cancellationToken)).StandardOutput;
            var bench = new BenchHost(host, help.Contains("settle", StringComparison.Ordinal), reused);
            bench.Cases = await bench.CreateNetworksAsync(options, samples, cancellationToken);
            return bench;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>`docker ARGUMENTS`, which must succeed.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    public async Task<double> DockerAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        _refills |= arguments.Intersect(Refilled).Any();
        return (await Host.DockerAsync(arguments, cancellationToken)).EnsureSuccess().Duration.TotalMilliseconds;
    }

    /// <summary>`docker run --rm … true` on a case's network.</summary>
    public Task<double> RunAsync(NetworkCase network, CancellationToken cancellationToken) =>
        DockerAsync(["run", "--rm", "--network", network.Network!, Image, "true"], cancellationToken);

    /// <summary>
    /// Returns when cnm-cni has nothing left to do: no release is pending, the warm networks have what they keep, and no plugin runs.
    /// One with reuse gets back what containers have taken.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_canSettle)
            (await Host.BridgeAsync(["settle"], cancellationToken)).EnsureSuccess();

        var deadline = TimeProvider.System.GetTimestamp();
        while (_refills && !await AreRefilledAsync(cancellationToken) && TimeProvider.System.GetElapsedTime(deadline) < Patience)
            await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);

        _refills = false;
        var pid = Host.Bridge.Pid;
        for (var idle = 0; idle < 4; idle = HasChildren(pid) ? 0 : idle + 1)
        {
            if (TimeProvider.System.GetElapsedTime(deadline) > Patience)
                throw new TimeoutException($"cnm-cni ran plugins for {Patience} without a pause.\n{Host.Logs}");

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Returns when every warm attachment of a case's network has been made, and has rested since its last container.</summary>
    public async Task WarmUpAsync(NetworkCase network, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var size = network.Name == NetworkCase.Reuse ? _reused : Warm;
        while (!(await WarmOfAsync(name => name == network.Network, cancellationToken)).All(states => states.Count(IsReady) == size))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"{network.Name} had fewer than {size} warm attachments for {Patience}.\n{Host.Logs}");

            await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);
        }

        static bool IsReady(string state) => state == "ready";
    }

    private async Task<bool> AreRefilledAsync(CancellationToken cancellationToken) =>
        (await WarmOfAsync(Refilled.Contains, cancellationToken)).All(states => states.Count >= Warm);

    /// <returns>For each warm network that counts, the states of its attachments.</returns>
    private async Task<IReadOnlyList<IReadOnlyList<string>>> WarmOfAsync(Predicate<string> counts, CancellationToken cancellationToken)
    {
        using var status = JsonDocument.Parse((await Host.BridgeAsync(["status", "--json"], cancellationToken)).EnsureSuccess().Output);
        return
        [
            .. from network in status.RootElement.GetProperty("networks").EnumerateArray()
               where network.GetProperty("name").GetString() is { } name && counts(name) && HasWarm(network)
               select network.GetProperty("warm").GetProperty("attachments").EnumerateArray()
                   .Select(attachment => attachment.GetProperty("state").GetString() ?? "").ToArray(),
        ];

        static bool HasWarm(JsonElement network) =>
            network.TryGetProperty("warm", out var warm) && warm.ValueKind == JsonValueKind.Object;
    }

    /// <summary>Of cnm-cni.</summary>
    public static double ResidentMegabytes(TestHost host)
    {
        var line = File.ReadLines(host.PathOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{host.Bridge.Pid}/status")))
            .First(each => each.StartsWith("VmRSS", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private bool HasChildren(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories(Host.PathOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")))
                .Any(thread => File.ReadAllText(Path.Combine(thread, "children")).Length > 0);
        }
        catch (IOException)
        {
            return true; // A thread has ended meanwhile: look again.
        }
    }

    private async Task<IReadOnlyList<NetworkCase>> CreateNetworksAsync(
        BenchmarkOptions options, Samples samples, CancellationToken cancellationToken)
    {
        var cases = new List<NetworkCase>();
        foreach (var network in All().Where(each => each.Name == NetworkCase.Docker0 || options.IncludesCase(each.Name)))
        {
            if (network.Name is NetworkCase.Sandbox or NetworkCase.WarmSandbox && Host.Engine < EngineVersion.V28)
                continue; // The sandbox does not exist at Join.

            if (network.Options is not null
                && await Host.DockerAsync(["network", "create", .. network.Options, network.Network!], cancellationToken) is
                    { Succeeded: false } refused)
            {
                samples.Note($"{network.Name}: not supported by this build ({refused.StandardError.Split(". ")[0].Trim()})");
                continue;
            }

            cases.Add(network);
        }

        await SettleAsync(cancellationToken);
        return cases;
    }

    private IEnumerable<NetworkCase> All()
    {
        static string[] Keeping(int size) => ["-o", string.Create(CultureInfo.InvariantCulture, $"cni.warm={size}")];
        yield return new(NetworkCase.None, "none", Gateway: null);
        yield return new(NetworkCase.Docker0, "bridge", "172.17.0.1");
        yield return new(
            NetworkCase.UserBridge, "userbridge", "10.99.0.1", ["--subnet", "10.99.0.0/16", "--gateway", "10.99.0.1"]);
        yield return OnCni(NetworkCase.Staged, Chains.Pods);
        yield return OnCni(NetworkCase.Sandbox, "sandbox", "-o", "cni.attach=sandbox");
        yield return OnCni(NetworkCase.Warm, WarmNetwork, Keeping(Warm));
        yield return OnCni(NetworkCase.Reuse, "reuse", [.. Keeping(_reused), "-o", "cni.warm.reuse=true"]);
        yield return OnCni(NetworkCase.WarmSandbox, WarmSandboxNetwork, [.. Keeping(Warm), "-o", "cni.attach=sandbox"]);
        yield return new(NetworkCase.Pod, Network: null, Chains.Gateway(Chains.Pods));
    }

    private static NetworkCase OnCni(string name, string chain, params IEnumerable<string> options) =>
        new(name, chain, Chains.Gateway(chain), [.. CreateOptions(chain), .. options]);

    /// <summary>Of `docker network create` for a CNI network whose addresses are reserved ahead.</summary>
    public static IReadOnlyList<string> CreateOptions(string chain) =>
        ["-d", "cni", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={chain}", "-o", $"cni.network={chain}",
            "--subnet", Chains.Subnet(chain), "--gateway", Chains.Gateway(chain)];
}
