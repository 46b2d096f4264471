namespace CniInvoker.Tests.Clients;

/// <summary>A client with directories of its own, scripted plugins, and a real network namespace to attach.</summary>
public abstract class ClientTest : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cni-client-").FullName;
    private readonly ThrowAwayNetns _netns = ThrowAwayNetns.Create();

    private protected ScriptedPlugins Plugins { get; } = new();

    private protected string Netns => _netns.Path;

    private protected string State => Path.Combine(_directory, "state");

    private protected string Configurations => Path.Combine(_directory, "net.d");

    private protected CniClientOptions Options =>
        new() { ConfigurationDirectory = Configurations, PluginDirectories = [Plugins.Directory], StateDirectory = State };

    private protected CniClient Client => new(Options);

    private protected void Configure(string name, params string[] types)
    {
        var plugins = types.Select(type => $$"""{"type":"{{type}}"}""");
        Write($"{name}.conflist", $$"""{"cniVersion":"1.0.0","name":"{{name}}","plugins":[{{string.Join(',', plugins)}}] }""");
    }

    private protected void Write(string file, string text)
    {
        var path = Path.Combine(Configurations, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private protected Attachment Attachment(string containerId = "c1", string ifname = "eth0") => new(containerId, Netns, ifname);

    private protected static async Task<CniException> FailureOf(Func<Task> run) => (await run.Should().ThrowAsync<CniException>()).Which;

    public virtual void Dispose()
    {
        Plugins.Dispose();
        _netns.Dispose();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }
}
