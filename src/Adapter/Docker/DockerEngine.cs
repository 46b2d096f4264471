using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Docker.DotNet;
using Docker.DotNet.Models;
using Docker.DotNet.NativeHttp;

namespace Bridge.Adapter.Docker;

/// <summary>
/// Asks a Docker Engine over its unix socket. Its files, and EventTranslation, are the only ones that know the Docker client library.
/// </summary>
internal sealed partial class DockerEngine(string dockerSocket, TimeProvider timeProvider) : IDockerEngine, IDisposable
{
    /// <summary>A question takes milliseconds; while dockerd starts it hangs, and asking again later is better than waiting.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly DockerClient _client = new DockerClientBuilder()
        .WithEndpoint(new Uri("http://docker"))
        .WithTimeout(Timeout.InfiniteTimeSpan)
        .WithTransportOptions(new NativeHttpTransportOptions { ConfigureHandler = handler => UnixSocketHttp.Direct(handler, dockerSocket) })
        .Build();

    public void Dispose() => _client.Dispose();

    public async IAsyncEnumerable<DockerEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Docker repeats what happened since a moment, so asking from before the ping leaves no gap between the two.
        var since = timeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        await AskAsync("answer a ping", async token =>
        {
            await _client.System.PingAsync(token);
            return true;
        }, cancellationToken);
        yield return new DockerEvent(DockerEventKind.Connected);

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateUnbounded<DockerEvent>();
        var watch = WatchAsync(since, events.Writer, watching.Token);
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    private async Task WatchAsync(string since, ChannelWriter<DockerEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = new ContainerEventsParameters { Since = since, Filters = Filter("type", "container", "network") };
            wanted.Filters["event"] = Filter("event", "die", "rename", "destroy", "connect", "disconnect")["event"];
            await _client.System.MonitorEventsAsync(wanted, new EventTranslation(events), cancellationToken);
            events.Complete(new DockerUnreachableException(dockerSocket, "it ended the stream of events", null));
        }
        catch (Exception failure)
        {
            events.Complete(Translate(failure, "report its events", AnswerTimeout, cancellationToken) ?? failure);
        }
    }

    private Task<T> AskAsync<T>(string question, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(question, ask, AnswerTimeout, cancellationToken);

    private async Task<T> AskAsync<T>(string question, Func<CancellationToken, Task<T>> ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await ask(bounded.Token);
        }
        catch (Exception failure) when (Translate(failure, question, timeout, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Null for what stays as it is: what is neither Docker's silence nor its refusal: our own cancellation, our own mistakes.</summary>
    private Exception? Translate(Exception failure, string question, TimeSpan timeout, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,

        // A connection that is closed under a question fails in its own way.
        _ when cancellationToken.IsCancellationRequested => new OperationCanceledException($"nobody waits any more for Docker to {question}", failure, cancellationToken),
        OperationCanceledException => new DockerUnreachableException(dockerSocket, $"no answer within {timeout.TotalSeconds} s when asked to {question}", failure),
        DockerApiException refusal => new DockerRefusalException(question, refusal.StatusCode, Message(refusal.ResponseBody), failure),
        JsonException invalid => new DockerRefusalException(question, HttpStatusCode.OK, $"what it answered is not understood: {JsonWords.Of(invalid)}", failure),
        HttpRequestException or IOException or SocketException => new DockerUnreachableException(dockerSocket, UnixSocketHttp.Reason(failure, dockerSocket), failure),
        _ => null,
    };

    private static string Message(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? "");
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message) ? message.ToString() : body!;
        }
        catch (JsonException)
        {
            return body ?? ""; // Not every answer comes from Docker: a proxy in between writes HTML.
        }
    }

    private static Dictionary<string, IDictionary<string, bool>> Filter(string name, params IEnumerable<string> values) =>
        new() { [name] = values.ToDictionary(value => value, _ => true) };
}
