using System.Net;
using System.Text;
using Bridge.Adapter.Advice;
using Bridge.Adapter.Docker;
using CniInvoker;

namespace Bridge.Adapter.Tests.Advice;

/// <summary>A configuration directory and a plugin directory of one test, and the notes on them: "warning: TEXT".</summary>
public abstract class AdviceTest : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("advice-");

    protected AdviceTest() => Directory.CreateDirectory(Plugins);

    private string Plugins => Path.Combine(Root, "bin");

    protected string Root => _directory.FullName;

    private protected HostFacts Host { get; set; } = HostFacts.Unknown;

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a file; DIR in its content becomes the directory.</summary>
    protected void Write(string file, string content) =>
        Write(file, Encoding.UTF8.GetBytes(content.Replace("DIR", Root, StringComparison.Ordinal)));

    protected void Write(string file, byte[] content) => File.WriteAllBytes(Path.Combine(Root, file), content);

    protected void Install(params string[] types)
    {
        foreach (var type in types)
        {
            File.WriteAllText(Path.Combine(Plugins, type), "#!/bin/sh\n");
            File.SetUnixFileMode(Path.Combine(Plugins, type), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    protected string[] Notes() =>
    [
        .. RuleTable.Judge(
            Subject.Of(new ConfigurationDirectory(Root).Load(), new PluginPath([Plugins]), Host), _ => true)
            .Select(note => $"{note.Severity}: {note.Message}".Replace(Root, "DIR", StringComparison.Ordinal)),
    ];

    private protected static HostRoute Route(string destination, string link, bool isConnected = true) =>
        new(IPNetwork.Parse(destination), link, isConnected);

    private protected static DockerNetwork Docker(string name, string driver, string subnet) =>
        new("01234567890123456789", name, driver, Empty, "default", Empty, Empty) { Pools = [(subnet, null)] };

    private static Dictionary<string, string> Empty { get; } = [];
}
