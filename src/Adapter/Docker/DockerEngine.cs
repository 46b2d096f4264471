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

/// <summary>A Docker Engine at its unix socket. Only this class and <see cref="EventTranslation"/> use the Docker client library.</summary>
internal sealed partial class DockerEngine(string dockerSocket, TimeProvider timeProvider) : IDockerEngine, IDisposable
{
    /// <summary>An answer takes milliseconds. While dockerd starts it answers nothing; then a later retry is better than waiting.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For requests during which Docker calls the driver, which runs every plugin of the chain. Docker also retries a missing driver for a
    /// while.
    /// </summary>
    private static readonly TimeSpan DriverTimeout = TimeSpan.FromSeconds(60);

    private readonly DockerClient _client = new DockerClientBuilder()
        .WithEndpoint(new Uri("http://docker"))
        .WithTimeout(Timeout.InfiniteTimeSpan)
        .WithTransportOptions(new NativeHttpTransportOptions { ConfigureHandler = handler => UnixSocketHttp.Direct(handler, dockerSocket) })
        .Build();

    public void Dispose() => _client.Dispose();

    public async IAsyncEnumerable<DockerEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Docker repeats the events since a time. The time before the ping leaves no gap between the ping and the stream.
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

    public async Task<DockerVersion> VersionAsync(CancellationToken cancellationToken)
    {
        var version = await AskAsync("tell its version", _client.System.GetVersionAsync, cancellationToken);
        return new DockerVersion(version.Version ?? "", version.APIVersion ?? "");
    }

    public async Task<string?> PluginNameAsync(string pluginId, CancellationToken cancellationToken) =>
        (await FoundAsync<Plugin>(AskAsync(
            "inspect the plugin that cnm-cni is", token => _client.Plugin.InspectPluginAsync(pluginId, token), cancellationToken)!))?.Name;

    public async Task<IReadOnlyList<DockerContainer>> ContainersAsync(CancellationToken cancellationToken) =>
        [.. (await ListContainersAsync(cancellationToken)).Select(container => new DockerContainer(NameOf(container), container.ID))];

    public async Task<IReadOnlyList<DockerContainer>> StrandedAsync(IReadOnlyList<string> errorTexts, CancellationToken cancellationToken)
    {
        var stranded = new List<DockerContainer>();
        foreach (var container in await ListContainersAsync(cancellationToken, Filter("status", "created", "exited")))
        {
            if (await InspectContainerAsync(container.ID, cancellationToken) is { } found
                && found.HostConfig?.RestartPolicy?.Name is RestartPolicyKind.Always or RestartPolicyKind.UnlessStopped
                && errorTexts.Any(text => found.State?.Error?.Contains(text, StringComparison.Ordinal) ?? false))
            {
                stranded.Add(new DockerContainer(found.Name.TrimStart('/'), found.ID));
            }
        }

        return stranded;
    }

    public Task StartAsync(string containerId, CancellationToken cancellationToken) => AskAsync(
        "start a container", token => _client.Containers.StartContainerAsync(containerId, new ContainerStartParameters(), token),
            DriverTimeout, cancellationToken);

    private Task<IList<ContainerListResponse>> ListContainersAsync(
        CancellationToken cancellationToken, IDictionary<string, IDictionary<string, bool>>? filters = null) =>
        AskAsync(
            "list its containers",
            token => _client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = filters }, token),
            cancellationToken);

    // "/web"; before Docker 28 also the names of legacy links to it: "/db/web".
    private static string NameOf(ContainerListResponse container) =>
        (container.Names ?? []).Select(name => name.TrimStart('/')).FirstOrDefault(name => !name.Contains('/', StringComparison.Ordinal))
            ?? "";

    private Task<ContainerInspectResponse?> InspectContainerAsync(string id, CancellationToken cancellationToken) =>
        FoundAsync(AskAsync("inspect a container", token => _client.Containers.InspectContainerAsync(id, token), cancellationToken));

    /// <summary>Null when Docker answers that the object does not exist.</summary>
    private static async Task<T?> FoundAsync<T>(Task<T> request) where T : class
    {
        try
        {
            return await request;
        }
        catch (DockerRefusalException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
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

    private Task<T> AskAsync<T>(string request, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(request, ask, AnswerTimeout, cancellationToken);

    private async Task<T> AskAsync<T>(
        string request, Func<CancellationToken, Task<T>> ask, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await ask(bounded.Token);
        }
        catch (Exception failure) when (Translate(failure, request, timeout, cancellationToken) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Null for a failure that is neither Docker's silence nor its refusal: our own cancellation, a defect of ours.</summary>
    private Exception? Translate(Exception failure, string request, TimeSpan timeout, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => null,

        // Disposing the connection during a request fails with an exception of the transport.
        _ when cancellationToken.IsCancellationRequested =>
            new OperationCanceledException($"the request to Docker to {request} was cancelled", failure, cancellationToken),
        OperationCanceledException =>
            new DockerUnreachableException(dockerSocket, $"no answer within {timeout.TotalSeconds} s when asked to {request}", failure),
        DockerApiException refusal => new DockerRefusalException(request, refusal.StatusCode, Message(refusal.ResponseBody), failure),
        JsonException invalid =>
            new DockerRefusalException(
                request, HttpStatusCode.OK, $"its answer is not understood: {ErrorDescription.OfJson(invalid)}", failure),
        HttpRequestException or IOException or SocketException =>
            new DockerUnreachableException(dockerSocket, UnixSocketHttp.Reason(failure, dockerSocket), failure),
        _ => null,
    };

    private static string Message(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? "");
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message)
                ? message.ToString()
                : body!;
        }
        catch (JsonException)
        {
            return body ?? ""; // A proxy in between may answer with HTML.
        }
    }

    private static Dictionary<string, IDictionary<string, bool>> Filter(string name, params IEnumerable<string> values) =>
        new() { [name] = values.ToDictionary(value => value, _ => true) };
}
