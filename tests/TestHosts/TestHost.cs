using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Machine;
using Bridge.TestHosts.Pods;
using Bridge.TestHosts.Sockets;

namespace Bridge.TestHosts;

/// <summary>
/// A throw-away Linux host on this machine: its own network, mounts, processes and control groups, its own dockerd, containerd (with CRI)
/// if an engine is wanted, CNI directories and firewall, and a neighbour, in place of another host, at the other end of a cable.
/// It cannot reach the machine's own Docker, containerd, /etc/cni and firewall. Any number can run at once. Nothing of a host
/// remains when it is disposed, or when the process that started it dies.
/// </summary>
public sealed partial class TestHost : IAsyncDisposable
{
    private readonly HostProcess _process;
    private readonly string _scratchDirectory;

    private TestHost(HostProcess process, string scratchDirectory, TestHostOptions options)
    {
        _process = process;
        _scratchDirectory = scratchDirectory;
        FromHost = new Vantage(_process.NetworkNamespacePath);
        FromNeighbour = new Vantage(_process.NeighbourNamespacePath);
        Pods = new PodRuntime(PathOf(ContainerdSocket));
        Containerd = NewContainerd();
        Dockerd = NewDockerd();
        Bridge = NewBridge(options);
        ActivatedBridge = NewActivatedBridge();
        Ui = NewUi();
    }

    /// <summary>The host's address towards its neighbour.</summary>
    public const string Address = "10.200.0.1";

    /// <summary>The neighbour's address. It has no route to any container.</summary>
    public const string NeighbourAddress = "10.200.0.2";

    public string Name => Path.GetFileName(_scratchDirectory);

    /// <summary>Of process 1 of the host, on the machine.</summary>
    internal int Pid => _process.Pid;

    public Vantage FromHost { get; }

    public Vantage FromNeighbour { get; }

    public PodRuntime Pods { get; }

    /// <summary>The version of the host's Docker Engine, as it reports it.</summary>
    public EngineVersion Engine { get; private set; }

    public static async Task<TestHost> StartAsync(TestHostOptions options, CancellationToken cancellationToken)
    {
        await ScratchDirectory.RemoveLeftoversAsync(TimeProvider.System, cancellationToken);
        var scratchDirectory = ScratchDirectory.Create();
        TestHost? host = null;
        try
        {
            var process =
                await HostProcess.StartAsync(
                    Path.GetFileName(scratchDirectory), EngineTree.Chosen?.Path, options.Machine, cancellationToken);
            host = new TestHost(process, scratchDirectory, options);
            host.Furnish(options);
            if (!options.ForwardsPackets)
                (await host.RunAsync(["sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"], cancellationToken)).EnsureSuccess();

            if (options.PrivateMounts)
                (await host.RunAsync(["mount", "--make-shared", "/run"], cancellationToken)).EnsureSuccess();

            if (options.SharedMounts)
                (await host.RunAsync(["mount", "--make-rshared", "/"], cancellationToken)).EnsureSuccess();

            if (options.StartEngine)
                await host.StartDaemonsAsync(options, cancellationToken);

            return host;
        }
        catch
        {
            if (host is not null)
                await host.DisposeAsync();
            else
                await RemoveTracesAsync(scratchDirectory);

            throw;
        }
    }

    /// <summary>The machine's path of a path in the host.</summary>
    public string PathOf(string pathInHost) => _process.PathOf(pathInHost);

    public async ValueTask DisposeAsync()
    {
        Pods.Dispose();
        await _process.DisposeAsync();
        await RemoveTracesAsync(_scratchDirectory);
    }

    private void Furnish(TestHostOptions options)
    {
        Directory.CreateDirectory(PathOf(options.ConfigurationDirectory));
        foreach (var (fileName, content) in options.CniNetworks)
            File.WriteAllText(PathOf($"{options.ConfigurationDirectory}/{fileName}"), content);

        foreach (var (pluginName, content) in options.CniPlugins)
        {
            var path = PathOf($"/opt/cni/bin/{pluginName}");
            File.WriteAllText(path, content);
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        // A stand-in may have the name of a stock plugin, whose directory comes first where containerd names it.
        var plugins = options.CniPlugins.Count > 0
            ? $"pluginDirectories: [{string.Join(", ", new[] { "/opt/cni/bin", HostRequirements.PluginDirectory }.Distinct())}]\n"
            : "";
        if (plugins + options.BridgeSettings is { Length: > 0 } settings)
            WriteBridgeSettings(settings);
    }

    /// <summary>Replaces cnm-cni's settings file, which it reads when it starts.</summary>
    public void WriteBridgeSettings(string content) => File.WriteAllText(PathOf("/etc/cnm-cni/config.yaml"), content);

    private static async Task RemoveTracesAsync(string scratchDirectory)
    {
        await ControlGroups.RemoveAsync(Path.GetFileName(scratchDirectory), TimeProvider.System, CancellationToken.None);
        ScratchDirectory.Remove(scratchDirectory);
    }
}
