using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bridge.Adapter.Tests;

/// <summary>
/// Speaks HTTP over a real unix socket, in the place of Docker or of the daemon: answers what it is told to, and remembers what it was
/// asked.
/// </summary>
internal sealed class ScriptedSocket : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("a socket-");
    private readonly ConcurrentQueue<string> _questions = [];
    private readonly ConcurrentQueue<string> _bodies = [];

    public ScriptedSocket()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path));
        _server = builder.Build();
        RequestDelegate answer = AnswerAsync;
        _server.Run(answer);
    }

    public string Path => System.IO.Path.Combine(_directory.FullName, "scripted.sock");

    /// <summary>
    /// "GET /networks" → what to do with such a request. A question not listed here is answered with an error of Docker's shape.
    /// </summary>
    public ConcurrentDictionary<string, Func<HttpContext, CancellationToken, Task>> Answers { get; } = [];

    /// <summary>Those asked so far, with their query strings.</summary>
    public IReadOnlyList<string> Questions => [.. _questions];

    /// <summary>What each of them brought along, in the same order.</summary>
    public IReadOnlyList<string> Bodies => [.. _bodies];

    public Task StartAsync() => _server.StartAsync();

    public static Func<HttpContext, CancellationToken, Task> Json(string body, int status = 200) => (context, cancellationToken) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        // Not even nothing may be written behind a 204.
        return body.Length > 0 ? context.Response.WriteAsync(body, cancellationToken) : Task.CompletedTask;
    };

    /// <summary>Never answers: what dockerd does while it starts.</summary>
    public static Task Silence(HttpContext context, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(atOnce.Token);
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var question = $"{context.Request.Method} {context.Request.Path}";
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        lock (_server)
        {
            _bodies.Enqueue(body);
            _questions.Enqueue(question + Uri.UnescapeDataString(context.Request.QueryString.Value ?? ""));
        }

        var answer = Answers.GetValueOrDefault(question) ?? Json($$"""{"message":"not scripted: {{question}}"}""", 500);
        try
        {
            await answer(context, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // The asker hung up.
        }
    }
}
