using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Bridge.Testing.Browser;

/// <summary>
/// A server of the page that a test writes the events of: for what no daemon would send, and for many members. It serves the files of the
/// page with the policies of the real one.
/// </summary>
internal sealed class ScriptedUi : IAsyncDisposable
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    private readonly HttpListener _listener = new();
    private readonly string _directory;
    private readonly List<Stream> _browsers = [];
    private readonly Lock _lock = new(); // Of _browsers and of the events' order.
    private readonly Task _loop;

    /// <param name="directory">The files of the page.</param>
    public ScriptedUi(string directory)
    {
        _directory = directory;
        Url = new Uri($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>What a new browser gets first.</summary>
    public required Func<JsonObject> Picture { get; init; }

    /// <summary>The details of every member.</summary>
    public Func<string, JsonObject> Detail { get; init; } = key => new JsonObject { ["key"] = key };

    public int Connections { get; private set; }

    public void Send(string name, JsonObject data)
    {
        var bytes = Encoding.UTF8.GetBytes($"event: {name}\ndata: {data.ToJsonString()}\n\n");
        lock (_lock)
            _browsers.RemoveAll(browser => !TryWrite(browser, bytes));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }

    private async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The listener was stopped, or a browser has gone.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var (path, response) = (context.Request.Url!.AbsolutePath, context.Response);
        response.Headers["Content-Security-Policy"] = Policy;
        if (path == "/events")
        {
            response.ContentType = "text/event-stream";
            response.SendChunked = true;
            lock (_lock)
            {
                Connections++;
                if (TryWrite(response.OutputStream, Encoding.UTF8.GetBytes($"event: picture\ndata: {Picture().ToJsonString()}\n\n")))
                    _browsers.Add(response.OutputStream);
            }

            return;
        }

        var isDetail = path == "/detail";
        var file = Path.Combine(_directory, path == "/" ? "index.html" : path[1..]);
        response.ContentType = isDetail ? "application/json" : TypeOf(file);
        response.Close(
            isDetail ? Encoding.UTF8.GetBytes(Detail(context.Request.QueryString["key"]!).ToJsonString()) : File.ReadAllBytes(file),
            willBlock: false);
    }

    private static bool TryWrite(Stream browser, byte[] bytes)
    {
        try
        {
            browser.Write(bytes);
            browser.Flush();
            return true;
        }
        catch (Exception gone) when (gone is HttpListenerException or IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript",
        ".css" => "text/css",
        ".svg" => "image/svg+xml",
        _ => "text/plain",
    };

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
