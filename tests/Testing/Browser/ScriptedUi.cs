using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Testing.Browser;

/// <summary>
/// A server of the page that a test writes the events of: for what no daemon would send, and for many members. It serves the files of the
/// page with the policies of the real one.
/// </summary>
internal sealed class ScriptedUi : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly string _directory;
    private readonly string _policy;
    private readonly ConcurrentDictionary<string, int> _losses = [];
    private readonly List<Channel<byte[]>> _browsers = [];
    private readonly Lock _lock = new(); // Of _browsers and of the events' order.
    private bool _hasEnded;

    /// <param name="directory">The files of the page.</param>
    public ScriptedUi(string directory)
    {
        _directory = directory;
        _policy = PolicyFor(File.ReadAllText(Path.Combine(directory, "index.html")));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        RequestDelegate answer = AnswerAsync;
        _server.Run(answer);
        _server.Start();
        Url = new Uri(_server.Urls.Single());
    }

    public Uri Url { get; }

    /// <summary>What a new browser gets first.</summary>
    public required Func<JsonObject> Picture { get; init; }

    /// <summary>The details of every member.</summary>
    public Func<string, JsonObject> Detail { get; init; } = key => new JsonObject { ["key"] = key };

    public int Connections { get; private set; }

    /// <summary>Ends the connection of the next requests for a path without an answer.</summary>
    public void Lose(string path, int times) => _losses[path] = times;

    public void Send(string name, JsonObject data)
    {
        var bytes = Written(name, data);
        lock (_lock)
            _browsers.ForEach(browser => browser.Writer.TryWrite(bytes));
    }

    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
            return;

        _hasEnded = true;
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(atOnce.Token);
        await _server.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (IsLost(context.Request.Path.Value ?? ""))
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Headers.ContentSecurityPolicy = _policy;
        return context.Request.Path.Value switch
        {
            "/events" => FeedAsync(context),
            "/detail" => DetailAsync(context),
            var path => FileAsync(context, Path.Combine(_directory, path is null or "/" ? "index.html" : path[1..])),
        };
    }

    private bool IsLost(string path) => _losses.ContainsKey(path) && _losses.AddOrUpdate(path, 0, (_, left) => left - 1) >= 0;

    private async Task FeedAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        var browser = Join();
        try
        {
            await foreach (var bytes in browser.Reader.ReadAllAsync(context.RequestAborted))
                await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // The browser has gone, or the server ends.
        }
        finally
        {
            lock (_lock)
                _browsers.Remove(browser);
        }
    }

    private Channel<byte[]> Join()
    {
        var browser = Channel.CreateUnbounded<byte[]>();
        lock (_lock)
        {
            Connections++;
            browser.Writer.TryWrite(Written("picture", Picture()));
            _browsers.Add(browser);
        }

        return browser;
    }

    private Task DetailAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Detail($"{context.Request.Query["key"]}").ToJsonString(), context.RequestAborted);
    }

    private static Task FileAsync(HttpContext context, string file)
    {
        context.Response.ContentType = TypeOf(file);
        context.Response.Headers.CacheControl = file.EndsWith(".html", StringComparison.Ordinal) ? "no-store" : "max-age=30";
        return context.Response.SendFileAsync(file, context.RequestAborted);
    }

    private static string PolicyFor(string page)
    {
        const string Begin = "<script>";
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var script = page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)];
        return $"default-src 'none'; script-src 'self' 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'; "
            + "style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static byte[] Written(string name, JsonObject data) =>
        Encoding.UTF8.GetBytes($"event: {name}\ndata: {data.ToJsonString()}\n\n");

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript",
        ".css" => "text/css",
        ".svg" => "image/svg+xml",
        _ => "text/plain",
    };
}
