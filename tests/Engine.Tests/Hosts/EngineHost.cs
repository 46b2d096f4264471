using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Hosts;

/// <summary>A test host with cnm-cni running and one Docker network on its CNI network, for the tests of one class.</summary>
public abstract class EngineHost(TestHostOptions options) : IAsyncLifetime
{
    private TestHost? _host;

    /// <summary>The Docker network.</summary>
    public const string Network = "pods";

    /// <summary>A network of Docker's own driver without a way out, where a host has one.</summary>
    public const string InternalNetwork = "inner";

    public TestHost Host => _host ?? throw new InvalidOperationException(MissingRequirement ?? "The _host is not started.");

    /// <summary>Whether cnm-cni runs on the host itself, as a daemon; otherwise in a container.</summary>
    public virtual bool RunsBridge => true;

    /// <summary>Why there is no host on this machine; null when there is one.</summary>
    public string? MissingRequirement { get; } = HostRequirements.Missing();

    public async ValueTask InitializeAsync()
    {
        if (MissingRequirement is not null)
            return;

        CnmCniBinary.Require();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        _host = await TestHost.StartAsync(options with { StartBridge = RunsBridge }, deadline.Token);
        await FurnishAsync(deadline.Token);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();

        GC.SuppressFinalize(this);
    }

    protected virtual Task FurnishAsync(CancellationToken cancellationToken) => CreateNetworkAsync([.. Ipam, Network], cancellationToken);

    /// <summary>Where the addresses of <see cref="Network"/> come from, as options of <c>docker network create</c>.</summary>
    protected virtual IReadOnlyList<string> Ipam => Reserved;

    /// <summary>From the CNI network's IPAM plugin, before the container is made: the recommended way.</summary>
    protected static IReadOnlyList<string> Reserved { get; } =
        ["--ipam-driver", "cni", "--ipam-opt", $"cni.network={CniNetworks.Name}", "--subnet", CniNetworks.Subnet, "--gateway",
            CniNetworks.Gateway];

    /// <summary>From the chain, when the container starts.</summary>
    protected static IReadOnlyList<string> Unreserved { get; } = WithNullIpam(CniNetworks.Name);

    protected static IReadOnlyList<string> WithNullIpam(string cniNetwork) => ["--ipam-driver", "null", "-o", $"cni.network={cniNetwork}"];

    protected async Task CreateNetworkAsync(IEnumerable<string> options, CancellationToken cancellationToken)
    {
        var created = await Host.DockerAsync(["network", "create", "-d", "cni", .. options], cancellationToken);
        if (!created.Succeeded)
            throw new InvalidOperationException($"{created}\n{Host.Logs}");
    }

    protected static IReadOnlyDictionary<string, string> Only(string conflist) =>
        new Dictionary<string, string> { [CniNetworks.FileName] = conflist };
}
