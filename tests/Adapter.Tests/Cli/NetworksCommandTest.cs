using System.CommandLine;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Tests.Docker;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>
/// The commands about networks in this process, with a configuration directory of their own, and Docker played by a server on a socket.
/// </summary>
public abstract class NetworksCommandTest : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cli-");

    private protected ScriptedDocker Docker { get; private set; } = null!; // Set before each test.

    protected StringWriter Output { get; } = new();

    protected StringWriter Error { get; } = new();

    protected string Root => _directory.FullName;

    private string ConfigFile => Path.Combine(Root, "config.yaml");

    private string Plugins => Path.Combine(Root, "bin");

    public async ValueTask InitializeAsync()
    {
        Docker = await ScriptedDocker.StartAsync();
        Configure(Docker.Socket);
        foreach (var plugin in new[] { "bridge", "portmap", "firewall", "host-local" })
        {
            Directory.CreateDirectory(Plugins);
            await File.WriteAllTextAsync(Path.Combine(Plugins, plugin), "#!/bin/sh\n");
            File.SetUnixFileMode(Path.Combine(Plugins, plugin), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Docker.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected void Configure(string dockerSocket) => File.WriteAllText(
        ConfigFile,
        $"socket: {Root}/cni.sock\nconfigurationDirectory: {Root}\npluginDirectories: [{Plugins}]\ndockerSocket: '{dockerSocket}'\n" +
        $"criSocket: {Root}/cri.sock\n");

    protected void Write(string file, string content) => File.WriteAllText(Path.Combine(Root, file), content);

    protected Task<int> RunAsync(string commandLine, CancellationToken cancellationToken) => CommandLine.RunAsync(
        [.. commandLine.Split(' '), "--config", ConfigFile], (_, _) => Task.FromResult(42),
        new InvocationConfiguration { Output = Output, Error = Error }, cancellationToken: cancellationToken);

    protected string[] Lines() => Output.ToString().Replace(Root, "DIR", StringComparison.Ordinal).TrimEnd().Split('\n');
}
