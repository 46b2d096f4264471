using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>
/// The program as a process of its own, in a network namespace of its own: for what a signal does, and for what it costs the kernel. It can
/// be started again on what it left.
/// </summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("process").FullName;
    private HttpClient? _http;
    private Process? _process;

    /// <param name="settings">In YAML, besides directories and sockets.</param>
    /// <param name="socket">Another's; its own by default.</param>
    /// <param name="runDirectory">Another's; its own by default.</param>
    public DaemonProcess(string settings, string? socket = null, string? runDirectory = null)
    {
        SocketPath = socket ?? Path.Combine(_directory, "cni.sock");
        RunDirectory = runDirectory ?? Path.Combine(_directory, "run");
        Directory.CreateDirectory(Path.Combine(_directory, "net.d"));
        File.WriteAllText(Path.Combine(_directory, "settings.yaml"), $"""
            socket: {SocketPath}
            stateDirectory: {StateDirectory}
            runDirectory: {RunDirectory}
            configurationDirectory: {_directory}/net.d
            dockerSocket: {_directory}/no-docker.sock
            criSocket: {_directory}/no-containerd.sock
            {settings}
            """);
    }

    /// <summary>Native code, as users get it.</summary>
    public static bool IsPublished => !File.Exists(Path.ChangeExtension(Program, "dll"));

    public int Id => _process!.Id;

    /// <summary>The program that is tried.</summary>
    public static string Program =>
        Environment.GetEnvironmentVariable("BRIDGE_BINARY") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(AppContext.BaseDirectory, "cnm-cni");

    public string SettingsFile => Path.Combine(_directory, "settings.yaml");

    /// <summary>More words of its command line.</summary>
    public string Arguments { get; init; } = "";

    public string SocketPath { get; }

    public string RunDirectory { get; }

    public string StateDirectory => Path.Combine(_directory, "state");

    /// <summary>The directory of its records as they are.</summary>
    /// <param name="kind"><c>attachments</c> or <c>reservations</c>.</param>
    public string RecordsOf(string kind) => Path.Combine(RunDirectory, "records", kind);

    public string Log => File.ReadAllText(Path.Combine(_directory, "log"));

    public void WriteConflist(string file, string content) => File.WriteAllText(Path.Combine(_directory, "net.d", file), content);

    /// <param name="output">Where its log goes; by default into <see cref="Log"/>.</param>
    public async Task StartAsync(string? output = null)
    {
        Begin(output);
        _http = Client();
        await Eventually.TrueAsync(() => Listens || _process!.HasExited, "the daemon listens");
        _process!.HasExited.Should().BeFalse(output is null ? Log : "");
    }

    /// <summary>For one that does not serve.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> RunAsync()
    {
        Begin(output: null);
        return await EndAsync();
    }

    private void Begin(string? output)
    {
        _process =
            Process.Start(
                "unshare",
                ["--net", "sh", "-c",
                    $"exec '{Program}' serve --config '{SettingsFile}' {Arguments} >> '{output ?? Path.Combine(_directory, "log")}' 2>&1"]);
    }

    /// <summary>Whether it takes connections.</summary>
    public bool Listens
    {
        get
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    /// <summary>With connections of its own.</summary>
    public HttpClient Client() =>
        new(UnixSocketHttp.Handler(SocketPath)) { BaseAddress = new Uri("http://bridge/"), Timeout = TimeSpan.FromMinutes(2) };

    public Task<(int Status, string Body)> PostAsync(string method, string body) => PostAsync(_http!, method, body);

    public static async Task<(int Status, string Body)> PostAsync(HttpClient http, string method, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using var response = await http.PostAsync(method, content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<string> MetricsAsync() => _http!.GetStringAsync("metrics");

    /// <summary>SIGTERM; returns without waiting.</summary>
    public void Terminate() => Signal("TERM");

    public void Signal(string name) => Tool.Run("kill", $"-{name}", $"{_process!.Id}");

    /// <returns>The exit status.</returns>
    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Sockets, pipes, namespaces and the like; not the program's own assemblies, of which more and more are loaded.</summary>
    public int OpenFiles => Directory.GetFiles($"/proc/{_process!.Id}/fd")
        .Select(file => new FileInfo(file).LinkTarget).Count(
            target => target is not null && Path.GetExtension(target) is not (".dll" or ".pdb"));

    public int Threads => Directory.GetDirectories($"/proc/{_process!.Id}/task").Length;

    /// <summary>The most memory it ever held, in bytes.</summary>
    public long LargestResidentSet =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_process!.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(
                ' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await EndAsync();
        }

        _process?.Dispose();
        _http?.Dispose();
        foreach (var mounted in Directory.Exists(Path.Combine(_directory, "run/netns"))
            ? Directory.GetFiles(Path.Combine(_directory, "run/netns"))
            : [])
            NetworkNamespace.Unmount(mounted);

        Directory.Delete(_directory, recursive: true);
    }
}
