using Bridge.Adapter.Cri;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.AddressOwners;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Directories;

/// <summary>
/// A directory in place of the root of a host: with files where container runtimes have theirs, and runtimes that answer.
/// </summary>
internal sealed class ScratchHost : IAsyncDisposable
{
    public const string K3sDirectory = "/var/lib/rancher/k3s/agent/etc/cni/net.d";
    public const string K3sSocket = "/run/k3s/containerd/containerd.sock";
    public const string Containerd = "/run/containerd/containerd.sock";
    public const string CniDirectory = "/etc/cni/net.d";

    private readonly string _root = Directory.CreateTempSubdirectory("h-").FullName;
    private readonly List<ScriptedPodRuntime> _runtimes = [];
    private readonly CriClients _clients;

    public ScratchHost() => _clients = new CriClients(Time);

    /// <summary>Stands still, so that a slow machine is not taken for a silent runtime.</summary>
    public FakeTimeProvider Time { get; } = new();

    public KnownPlaces Places => new(_root);

    public string PathOf(string path) => _root + path;

    /// <summary>The path without the scratch root.</summary>
    public string Shown(string? text) => text?.Replace(_root, "", StringComparison.Ordinal) ?? "none";

    public void Write(string path, string content = "{}")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), content);
    }

    public void MakeDirectory(string path) => Directory.CreateDirectory(PathOf(path));

    public void Remove(string path) => Directory.Delete(PathOf(path), recursive: true);

    /// <summary>A runtime that answers on that socket.</summary>
    /// <param name="socket">Its path below the root.</param>
    /// <param name="configurationDirectory">As containerd answers it; null for a runtime that does not.</param>
    /// <param name="pluginDirectory">Likewise.</param>
    public async Task<ScriptedPodRuntime> RunAsync(
        string socket, string? configurationDirectory = null, string pluginDirectory = "/opt/cni/bin")
    {
        var runtime = await ScriptedPodRuntime.StartAsync(PathOf(socket));
        _runtimes.Add(runtime);
        runtime.Info["config"] = configurationDirectory is null
            ? """{"sandboxImage":"pause"}"""
            : $$$"""{"cni":{"binDir":"{{{PathOf(pluginDirectory)}}}","confDir":"{{{PathOf(configurationDirectory)}}}","maxConfNum":1}}""";
        return runtime;
    }

    public DirectoryDiscovery Discover(AdapterSettings? settings = null, ILogger<DirectoryDiscovery>? log = null)
    {
        settings ??= new AdapterSettings();
        return new DirectoryDiscovery(
            new RuntimeSurvey(Places, settings, _clients), new DirectoryChoice(Places, settings),
            log ?? NullLogger<DirectoryDiscovery>.Instance);
    }

    /// <summary>What is found when the runtimes have been asked.</summary>
    public async Task<FoundDirectories> FindAsync(AdapterSettings? settings = null)
    {
        var discovery = Discover(settings);
        await discovery.RefreshAsync(TestContext.Current.CancellationToken);
        return discovery.Current;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        foreach (var runtime in _runtimes)
            await runtime.DisposeAsync();

        Directory.Delete(_root, recursive: true);
    }
}
