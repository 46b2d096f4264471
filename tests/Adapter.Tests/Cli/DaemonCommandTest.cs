using System.CommandLine;
using System.Text.Json;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Control;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>The commands in this process, and the daemon played by a server on a socket.</summary>
public abstract class DaemonCommandTest : IAsyncLifetime
{
    protected const string EndpointId = "e11f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cli-");

    private protected ScriptedSocket Daemon { get; } = new();

    protected StringWriter Output { get; } = new();

    protected StringWriter Error { get; } = new();

    protected InvocationConfiguration Console => new() { Output = Output, Error = Error };

    /// <summary>The settings that <c>serve</c> was run with.</summary>
    private protected AdapterSettings? Served { get; private set; }

    protected string ConfigFile => Path.Combine(_directory.FullName, "config.yaml");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(ConfigFile, $"socket: '{Daemon.Path}'\n");
        await Daemon.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static Func<Microsoft.AspNetCore.Http.HttpContext, CancellationToken, Task> Answer<T>(T message) =>
        ScriptedSocket.Json(JsonSerializer.Serialize(message, typeof(T), ControlJson.Default));

    protected Task<int> RunAsync(string commandLine, CancellationToken cancellationToken) => CommandLine.RunAsync(
        commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), ServeAsync, Console, cancellationToken: cancellationToken);

    protected string[] Lines() => Output.ToString().TrimEnd().Split('\n');

    private Task<int> ServeAsync(AdapterSettings settings, CancellationToken cancellationToken)
    {
        Served = settings;
        return Task.FromResult(42);
    }
}
