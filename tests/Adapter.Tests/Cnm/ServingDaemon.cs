using System.Net.Sockets;
using System.Text;
using Bridge.Adapter;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>The whole daemon in this process, on directories of its own and a Docker that does not answer.</summary>
internal sealed class ServingDaemon : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("daemon").FullName;
    private readonly HttpClient _http;
    private Task<int> _serving = Task.FromResult(0);

    private ServingDaemon(Func<AdapterSettings, AdapterSettings>? change)
    {
        var settings = new AdapterSettings
        {
            Socket = Path.Combine(_directory, "plugins", "cni.sock"),
            StateDirectory = Path.Combine(_directory, "state"),
            RunDirectory = Path.Combine(_directory, "run"),
            ConfigurationDirectory = Path.Combine(_directory, "net.d"),
            DockerSocket = Path.Combine(_directory, "no-docker.sock"),
            CriSocket = Path.Combine(_directory, "no-containerd.sock"),
            Release = new ReleaseSettings { Deferred = false }, // So that a call's outcome shows when it is answered.
            Log = new LogSettings { Level = Microsoft.Extensions.Logging.LogLevel.Critical },
        };
        Settings = change?.Invoke(settings) ?? settings;
        _http = new HttpClient(UnixSocketHttp.Handler(Settings.Socket)) { BaseAddress = new Uri("http://bridge/"),
            Timeout = TimeSpan.FromSeconds(30) };
    }

    public AdapterSettings Settings { get; }

    /// <param name="change">Of its settings, and whatever else shall be there before it starts.</param>
    public static async Task<ServingDaemon> StartAsync(Func<AdapterSettings, AdapterSettings>? change = null)
    {
        var daemon = new ServingDaemon(change);
        daemon._serving = Daemon.ServeAsync(daemon.Settings, daemon._stop.Token);
        await Eventually.TrueAsync(() => File.Exists(daemon.Settings.Socket) || daemon._serving.IsCompleted, "the daemon listens");
        return daemon;
    }

    public void WriteConflist(string file, string content)
    {
        Directory.CreateDirectory(Settings.ConfigurationDirectory!);
        File.WriteAllText(Path.Combine(Settings.ConfigurationDirectory!, file), content);
    }

    /// <summary>As Docker posts: no Content-Type, the body as it is.</summary>
    public async Task<(int Status, string Body)> PostAsync(string method, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using var response = await _http.PostAsync(method, content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(path);

    /// <summary>Bytes straight onto the socket, for what no HTTP client would send.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var connection = await ConnectAsync();
        return await AskAsync(connection, request);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Settings.Socket));
        return socket;
    }

    public static async Task<string> AskAsync(Socket connection, string request)
    {
        await connection.SendAsync(Encoding.ASCII.GetBytes(request));
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer));
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _serving;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
        foreach (var mounted in Directory.Exists(Settings.RunDirectory)
            ? Directory.GetFiles(Settings.RunDirectory, "*", SearchOption.AllDirectories)
            : [])
            NetworkNamespace.Unmount(mounted);

        Directory.Delete(_directory, recursive: true);
    }
}
