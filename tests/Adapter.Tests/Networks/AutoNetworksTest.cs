using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Docker;
using CniInvoker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Networks;

/// <summary>A Docker without networks and a configuration directory without files.</summary>
public abstract class AutoNetworksTest : IAsyncLifetime
{
    private DockerEngine _engine = null!;

    private protected string ConfigurationPath { get; } = Directory.CreateTempSubdirectory("net.d-").FullName;

    private protected ScriptedDocker Docker { get; private set; } = null!; // Set before each test, as the engine is.

    public virtual async ValueTask InitializeAsync()
    {
        Docker = await ScriptedDocker.StartAsync();
        _engine = new DockerEngine(Docker.Socket, TimeProvider.System);
    }

    public virtual async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await Docker.DisposeAsync();
        Directory.Delete(ConfigurationPath, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected AutoNetworks Networks(AdapterSettings settings, TimeProvider time, ILogger<AutoNetworks> log) =>
        new(_engine, new DriverName(settings, _engine), new ConfigurationDirectory(settings.ConfigurationDirectory!), settings, time, log);

    private protected AutoNetworks Networks(Func<IReadOnlyList<string>> directories, AdapterSettings settings, TimeProvider time) =>
        new(
            _engine, new DriverName(settings, _engine), new ConfigurationDirectory(directories), settings, time,
            NullLogger<AutoNetworks>.Instance);

    private protected void Write(string file, string content) => File.WriteAllText(Path.Combine(ConfigurationPath, file), content);

    private protected void Remove(string file) => File.Delete(Path.Combine(ConfigurationPath, file));
}
