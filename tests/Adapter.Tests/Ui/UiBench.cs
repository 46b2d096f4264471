using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Ui;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>
/// The whole of `cnm-cni ui` on a real port, with a daemon played by a server on a socket, and HTTP clients in the place of browsers.
/// </summary>
internal sealed class UiBench : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ui-");
    private readonly CancellationTokenSource _end = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });
    private UiRun? _ui;
    private bool _isStopped;
    private Task _running = Task.CompletedTask;

    public ScriptedSocket Daemon { get; } = new();

    /// <summary>What the daemon answers.</summary>
    public StatusResponse Status { get; set; } = Pictures.Everybody;

    public UiRun Ui => _ui!;

    public string Url => $"http://127.0.0.1:{Ui.Server.EndPoint.Port}";

    public string Token => Ui.Server.Access.Token.Text;

    // From OpenAsync on.
    private bool _isOpen;

    public AdapterSettings Settings => new()
    {
        Socket = Daemon.Path,
        StateDirectory = _directory.FullName,
        ConfigurationDirectory = _directory.FullName,
        PluginDirectories = [_directory.FullName],
        CriSocket = Path.Combine(_directory.FullName, "none.sock"),
    };

    public static async Task<UiBench> StartAsync(StatusResponse? status = null, IPAddress? address = null)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "reading tracked connections needs root");
        var bench = new UiBench();
        bench.Status = status ?? bench.Status;
        await bench.ServeAsync();
        bench._ui = new UiRun(
            bench.Settings, new IPEndPoint(address ?? IPAddress.Loopback, 0), Path.Combine(bench._directory.FullName, "results"),
            TimeProvider.System);
        bench._running = bench._ui.RunAsync(bench._end.Token);
        return bench;
    }

    /// <summary>The page by its URL. Later requests have the token, as the page sends it.</summary>
    public async Task OpenAsync()
    {
        using var answer = await GetAsync($"/?token={Token}");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        _isOpen = true;
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Url + path);
        if (_isOpen)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);

        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>A browser that follows the events.</summary>
    public async Task<EventReader> FollowAsync()
    {
        var answer = await GetAsync("/events");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        $"{answer.Content.Headers.ContentType}".Should().Be("text/event-stream");
        return new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation)));
    }

    /// <summary>A browser that asks for the events and never reads.</summary>
    public Socket NeverRead()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.Connect(Ui.Server.EndPoint);
        socket.Send(Encoding.ASCII.GetBytes(
            $"GET /events HTTP/1.1\r\nHost: {Ui.Server.EndPoint}\r\nAuthorization: Bearer {Token}\r\n\r\n"));
        return socket;
    }

    /// <summary>Nothing listens on the daemon's socket any more.</summary>
    public ValueTask StopDaemonAsync()
    {
        _isStopped = true;
        return Daemon.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        Ui.Dispose();
        _http.Dispose();
        if (!_isStopped)
            await Daemon.DisposeAsync();

        _directory.Delete(recursive: true);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        Daemon.Answers["POST /Bridge.Status"] = (context, cancellationToken) =>
            ScriptedSocket.Json(JsonSerializer.Serialize(Status, ControlJson.Default.StatusResponse))(context, cancellationToken);
        Daemon.Answers["GET /Bridge.Events"] = ScriptedSocket.Json("""{"Err":"no history is kept"}""", 500);
        await Daemon.StartAsync();
    }
}

/// <summary>Reads server-sent events.</summary>
internal sealed class EventReader(HttpResponseMessage answer, StreamReader stream) : IDisposable
{
    // Read while another name was wanted, in order.
    private readonly List<(string Name, JsonElement Data)> _passed = [];

    public void Dispose()
    {
        stream.Dispose();
        answer.Dispose();
    }

    /// <summary>
    /// The next event of the name, within a minute. Events of other names wait for their turn: the status is asked at any time, so what it
    /// tells comes before or after what the history tells.
    /// </summary>
    public async Task<JsonElement> NextAsync(string wanted)
    {
        if (_passed.FindIndex(one => one.Name == wanted) is >= 0 and var index)
        {
            var data = _passed[index].Data;
            _passed.RemoveAt(index);
            return data;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Eventually.Bound);
        for (var name = ""; await stream.ReadLineAsync(limit.Token) is { } line;)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;

            var data = JsonDocument.Parse(line["data: ".Length..]).RootElement;
            if (name == wanted)
                return data;

            _passed.Add((name, data));
        }

        throw new EndOfStreamException($"The stream ended before {wanted}.");
    }
}
