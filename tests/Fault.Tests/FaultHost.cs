using System.Text.Json.Nodes;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Fault.Tests;

/// <summary>
/// A test host in which cnm-cni is a build with fault points, on the stock chain. What plugins make once and keep is there already.
/// </summary>
public abstract class FaultHost(IReadOnlyList<string> options, int warm = 0, bool reuse = false) : IAsyncLifetime
{
    private const string BinaryVariable = "BRIDGE_FAULT_BINARY";
    private static readonly string? Binary = Environment.GetEnvironmentVariable(BinaryVariable);

    public const string Network = "pods";
    public const string Image = "bridge-test";

    /// <summary>Where the build looks for its order, as the host sees it.</summary>
    private const string OrderFile = "/run/bridge-test/fault";

    private TestHost? _host;
    private HostCensus? _census;

    public TestHost Host => _host ?? throw new InvalidOperationException(MissingRequirement ?? "The host is not started.");

    public HostCensus Census => _census!;

    public string? MissingRequirement { get; } = HostRequirements.Missing() ?? (File.Exists(Binary)
        ? null
        : $"{BinaryVariable} names no build with fault points: ./bridge test --faults makes one.");

    /// <summary>
    /// How many warm attachments the Docker network keeps. The next one has another id and address, so they cannot be part of the census:
    /// with them the network exists only while a fault is injected.
    /// </summary>
    public int Warm => warm;

    public FaultOrder Order => new(Host.PathOf(OrderFile));

    /// <summary>The first containers, for which plugins, and dockerd for docker0, make what they keep.</summary>
    protected virtual string[][] First { get; } =
    [
        ["run", "--rm", Image, "true"],
        ["run", "--rm", "--network", Network, "--publish", "80", Image, "true"],
    ];

    /// <summary>From the CNI network's IPAM plugin, before the container is made.</summary>
    protected static IReadOnlyList<string> Reserved { get; } =
        ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={CniNetworks.Name}", "--subnet", CniNetworks.Subnet, "--gateway",
            CniNetworks.Gateway];

    /// <summary>From the chain, when the container is made.</summary>
    protected static IReadOnlyList<string> Unreserved { get; } = ["--ipam-driver", "null", "-o", $"cni.network={CniNetworks.Name}"];

    /// <summary>In the sandbox, which exists at Join where the container runs already.</summary>
    protected static IReadOnlyList<string> Direct { get; } = ["-o", "cni.attach=sandbox"];

    protected static string[][] InRunningContainer { get; } =
    [
        ["run", "--detach", "--name", "first", Image, "sleep", "infinity"],
        ["network", "connect", Network, "first"],
        ["rm", "--force", "first"],
    ];

    public async ValueTask InitializeAsync()
    {
        if (MissingRequirement is not null)
            return;

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        _host = await TestHost.StartAsync(Options, deadline.Token);
        await CreateNetworkAsync(deadline.Token);
        foreach (var command in First)
            (await Host.DockerAsync(command, deadline.Token)).EnsureSuccess();

        if (Warm > 0)
            (await Host.DockerAsync(["network", "rm", Network], deadline.Token)).EnsureSuccess();

        _census = await Host.CensusAsync(deadline.Token);
    }

    /// <summary>Creates the Docker network, and waits for its warm attachments.</summary>
    public async Task CreateNetworkAsync(CancellationToken cancellationToken)
    {
        string[] ahead = Warm > 0 ? ["-o", $"cni.warm={Warm}", "-o", $"cni.warm.reuse={(reuse ? "true" : "false")}"] : [];
        (await Host.DockerAsync(["network", "create", "-d", "cni", .. options, .. ahead, Network], cancellationToken)).EnsureSuccess();
        if (Warm > 0)
            await Eventually.TrueAsync(async token => await ReadyAsync(token) == Warm, $"{Warm} are ready", cancellationToken);
    }

    /// <summary>
    /// Waits until no container has an attachment: cnm-cni refuses to delete a network for as long as it has not noticed that Docker has
    /// forgotten an endpoint.
    /// </summary>
    public Task UnusedAsync(CancellationToken cancellationToken) => Eventually.TrueAsync(
        async token => (await StatusAsync(token))["endpoints"]!.AsArray().Count == 0, "no attachment is left", cancellationToken);

    private async Task<int> ReadyAsync(CancellationToken cancellationToken) =>
        (await StatusAsync(cancellationToken))["networks"]!.AsArray().Single()!["warm"]?["attachments"]?.AsArray()
            .Count(attachment => (string?)attachment!["state"] == "ready") ?? 0;

    private async Task<JsonNode> StatusAsync(CancellationToken cancellationToken) =>
        JsonNode.Parse((await Host.BridgeAsync(["status", "--json"], cancellationToken)).EnsureSuccess().Output)!;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();

        GC.SuppressFinalize(this);
    }

    private static TestHostOptions Options => new()
    {
        CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain },
        BridgeSettings = """
            timeouts: { add: 10s, delete: 10s, terminationGrace: 500ms }
            repair: { interval: 1s, orphanGrace: 1s, retryFirst: 200ms, retryLongest: 1s }
            """,
        StartBridge = true,
        BridgeProgram = Binary,
        BridgeEnvironment = new Dictionary<string, string> { ["CNM_CNI_FAULT_FILE"] = OrderFile },
    };
}

/// <summary>Addresses are reserved ahead, the chain runs at Join.</summary>
public sealed class ReservedFaultHost() : FaultHost(Reserved);

/// <summary>The chain runs at CreateEndpoint.</summary>
public sealed class UnreservedFaultHost() : FaultHost(Unreserved);

/// <summary>The container takes the only warm attachment, and the next one is made.</summary>
public sealed class WarmFaultHost() : FaultHost(Reserved, warm: 1);

/// <summary>The container takes one of two warm attachments, and brings it back.</summary>
public sealed class ReusingFaultHost() : FaultHost(Reserved, warm: 2, reuse: true);

/// <summary>As <see cref="ReusingFaultHost"/>, without reservations.</summary>
public sealed class UnreservedReusingFaultHost() : FaultHost(Unreserved, warm: 2, reuse: true);

/// <summary>A running container takes the only warm attachment, which cnm-cni moves into its sandbox, and the next one is made.</summary>
public sealed class DirectWarmFaultHost() : FaultHost([.. Reserved, .. Direct], warm: 1)
{
    protected override string[][] First => InRunningContainer;
}

/// <summary>As <see cref="DirectWarmFaultHost"/>, with one of two, which comes back.</summary>
public sealed class DirectReusingFaultHost() : FaultHost([.. Reserved, .. Direct], warm: 2, reuse: true)
{
    protected override string[][] First => InRunningContainer;
}
