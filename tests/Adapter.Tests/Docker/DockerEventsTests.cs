using System.Net;
using System.Text.Json;
using Bridge.Adapter.Docker;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Docker;

/// <summary>What Docker says of its own accord, for as long as it is listened to.</summary>
public sealed class DockerEventsTests : IAsyncLifetime
{
    private readonly ScriptedSocket _docker = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly DockerEngine _engine;

    public DockerEventsTests() => _engine = new DockerEngine(_docker.Path, _time);

    public async ValueTask InitializeAsync() => await _docker.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _docker.DisposeAsync();
    }

    [Fact]
    public async Task Events_come_as_they_happen_after_a_first_one_that_says_connected_until_the_connection_ends()
    {
        _docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        _docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            await SayAsync(context, "container", "die", "c1", "image", "x");
            await SayAsync(context, "container", "exec_die", "c1", "image", "x");
            await SayAsync(context, "network", "connect", "n1", "container", "c2");
            await SayAsync(context, "network", "disconnect", "n1", "container", "c2");
            await SayAsync(context, "container", "rename", "c2", "oldName", "/x");
            await SayAsync(context, "container", "destroy", "c1", "image", "x");
            await SayAsync(context, "network", "destroy", "n1", "type", "cni");
        };

        var seen = new List<DockerEvent>();
        var watch = async () =>
        {
            await foreach (var happened in _engine.WatchAsync(Cancellation))
                seen.Add(happened);
        };

        await watch.Should().ThrowAsync<DockerUnreachableException>().WithMessage("*it ended the stream of events");
        seen.Should().Equal(
            new DockerEvent(DockerEventKind.Connected),
            new DockerEvent(DockerEventKind.ContainerDied, null, "c1"),
            new DockerEvent(DockerEventKind.NetworkConnected, "n1", "c2"),
            new DockerEvent(DockerEventKind.NetworkDisconnected, "n1", "c2"),
            new DockerEvent(DockerEventKind.ContainerRenamed, null, "c2"),
            new DockerEvent(DockerEventKind.ContainerDestroyed, null, "c1"),
            new DockerEvent(DockerEventKind.NetworkDestroyed, "n1"));
        _docker.Questions[1].Should().Contain($"since={_time.GetUtcNow().ToUnixTimeSeconds()}").And.Contain(
            "\"type\":{\"container\":true,\"network\":true}");
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_an_event_ends_the_watch_with_an_exception()
    {
        _docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        _docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.WriteAsync("{\"Type\":\"conta", cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
            context.Abort();
        };

        await using var watch = _engine.WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation);

        (await watch.MoveNextAsync()).Should().BeTrue();
        await watch.Awaiting(broken => broken.MoveNextAsync().AsTask()).Should().ThrowAsync<DockerUnreachableException>();
    }

    [Fact]
    public async Task A_watch_can_be_left_while_nothing_happens()
    {
        _docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        var listening = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        _docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            await using var registration = context.RequestAborted.Register(hungUp.SetResult);
            listening.SetResult();
            await ScriptedSocket.Silence(context, cancellationToken);
        };

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using (var watch = _engine.WatchAsync(cancel.Token).GetAsyncEnumerator(Cancellation))
        {
            (await watch.MoveNextAsync()).Should().BeTrue();
            var next = watch.MoveNextAsync().AsTask();
            await listening.Task;
            await cancel.CancelAsync();
            await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>();
        }

        await hungUp.Task; // The connection is not left open either.
    }

    [Fact]
    public async Task A_Docker_that_does_not_answer_the_ping_is_not_connected()
    {
        _docker.Answers["GET /_ping"] = ScriptedSocket.Json("""{"message":"starting"}""", 503);

        await using var watch = _engine.WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation);

        (await watch.Awaiting(refused => refused.MoveNextAsync().AsTask()).Should().ThrowAsync<DockerRefusalException>())
            .Which.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    private static async Task SayAsync(HttpContext context, string type, string action, string id, string attribute, string value)
    {
        var message = new { Type = type, Action = action,
            Actor = new { ID = id, Attributes = new Dictionary<string, string> { [attribute] = value } }, scope = "local",
            time = 1893553445, timeNano = 1893553445000000001 };
        await context.Response.WriteAsync(JsonSerializer.Serialize(message) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
