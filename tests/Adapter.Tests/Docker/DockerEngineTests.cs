using System.Net;
using System.Text.Json;
using Bridge.Adapter.Docker;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Docker;

public sealed class DockerEngineTests : IAsyncLifetime
{
    private const int Deadline = 20_000;
    private const string NetworkId = "5f2b7c3c7a0e4f1d9a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f";

    private readonly ScriptedSocket docker = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly DockerEngine engine;

    public DockerEngineTests() => engine = new DockerEngine(docker.Path, time);

    public async ValueTask InitializeAsync() => await docker.StartAsync();

    public async ValueTask DisposeAsync()
    {
        engine.Dispose();
        await docker.DisposeAsync();
    }

    [Fact(Timeout = Deadline)]
    public async Task The_networks_of_one_driver_are_listed_with_their_options_and_IPAM_driver()
    {
        docker.Answers["GET /networks"] = ScriptedSocket.Json($$"""
            [{"Name":"pods","Id":"{{NetworkId}}","Created":"2024-01-01T00:00:00.123456789Z","Scope":"local","Driver":"cni","EnableIPv6":false,
              "IPAM":{"Driver":"null","Options":{},"Config":[{"Subnet":"0.0.0.0/0"}] },"Internal":false,"Options":{"cni.network":"pods"},"Labels":{},"Containers":{} },
             {"Name":"bare","Id":"b","Driver":"cni","IPAM":{"Driver":"default"},"Options":null},
             {"Name":"bridge","Id":"c","Driver":"bridge","IPAM":{"Driver":"default"},"Options":{} }]
            """);

        var networks = await engine.CniNetworksAsync("cni", TestContext.Current.CancellationToken);

        networks.Should().BeEquivalentTo(new[]
        {
            new DockerNetwork(NetworkId, "pods", new Dictionary<string, string> { ["cni.network"] = "pods" }, "null"),
            new DockerNetwork("b", "bare", new Dictionary<string, string>(), "default"),
        });
        docker.Questions.Should().Equal("GET /networks?filters={\"driver\":{\"cni\":true}}");
    }

    [Fact(Timeout = Deadline)]
    public async Task Endpoints_are_found_while_their_join_is_under_way_and_afterwards()
    {
        docker.Answers[$"GET /networks/{NetworkId}"] = ScriptedSocket.Json($$$"""
            {"Name":"pods","Id":"{{{NetworkId}}}","Driver":"cni","Containers":{
              "ep-e1":{"Name":"joining","EndpointID":"e1","MacAddress":"","IPv4Address":"","IPv6Address":""},
              "c2":{"Name":"joined","EndpointID":"e2","MacAddress":"02:00:00:00:00:02","IPv4Address":"10.1.0.2/16","IPv6Address":""} } }
            """);

        var endpoints = await engine.EndpointsAsync(NetworkId, TestContext.Current.CancellationToken);

        endpoints.Should().BeEquivalentTo(new DockerNetworkEndpoints(NetworkId, "pods", new Dictionary<string, DockerContainer>
        {
            ["e1"] = new("joining", Id: null),
            ["e2"] = new("joined", "c2"),
        }));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_network_that_Docker_does_not_know_is_null_not_an_error()
    {
        docker.Answers[$"GET /networks/{NetworkId}"] = ScriptedSocket.Json("""{"message":"network not found"}""", 404);

        (await engine.EndpointsAsync(NetworkId, TestContext.Current.CancellationToken)).Should().BeNull();
    }

    [Theory(Timeout = Deadline)]
    [InlineData(500, """{"message":"the store is broken"}""", "Docker refused to list its networks (HTTP 500): the store is broken")]
    [InlineData(403, "<html>forbidden</html>", "Docker refused to list its networks (HTTP 403): <html>forbidden</html>")]
    [InlineData(200, "<html>", "Docker refused to list its networks (HTTP 200): what it answered is not understood: *")]
    public async Task What_Docker_refuses_is_told_in_its_own_words(int status, string body, string message)
    {
        docker.Answers["GET /networks"] = ScriptedSocket.Json(body, status);

        await FluentActions.Awaiting(() => engine.CniNetworksAsync("cni", TestContext.Current.CancellationToken)).Should().ThrowAsync<DockerRefusalException>().WithMessage(message);
    }

    [Fact(Timeout = Deadline)]
    public async Task A_missing_socket_means_that_nothing_is_known()
    {
        using var nowhere = new DockerEngine("/nonexistent/docker.sock", time);

        await FluentActions.Awaiting(() => nowhere.EndpointsAsync(NetworkId, TestContext.Current.CancellationToken))
            .Should().ThrowAsync<DockerUnreachableException>().WithMessage("Docker at /nonexistent/docker.sock does not answer: *");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_Docker_that_hangs_is_given_up_after_five_seconds()
    {
        var asked = new TaskCompletionSource();
        docker.Answers["GET /networks"] = (context, cancellationToken) =>
        {
            asked.SetResult();
            return ScriptedSocket.Silence(context, cancellationToken);
        };

        var question = engine.CniNetworksAsync("cni", TestContext.Current.CancellationToken);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(4.9));
        question.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(0.2));

        await FluentActions.Awaiting(() => question).Should().ThrowAsync<DockerUnreachableException>().WithMessage("*no answer within 5 s when asked to list its networks");
    }

    [Fact(Timeout = Deadline)]
    public async Task Cancelling_a_question_is_not_Dockers_silence()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        docker.Answers["GET /networks"] = async (context, cancellationToken) =>
        {
            await cancel.CancelAsync();
            await ScriptedSocket.Silence(context, cancellationToken);
        };

        await FluentActions.Awaiting(() => engine.CniNetworksAsync("cni", cancel.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact(Timeout = Deadline)]
    public async Task Events_come_as_they_happen_after_a_first_one_that_says_connected_until_the_connection_ends()
    {
        docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            await SayAsync(context, "container", "die", "c1", "image", "x");
            await SayAsync(context, "container", "exec_die", "c1", "image", "x");
            await SayAsync(context, "network", "connect", "n1", "container", "c2");
            await SayAsync(context, "network", "disconnect", "n1", "container", "c2");
            await SayAsync(context, "container", "destroy", "c1", "image", "x");
            await SayAsync(context, "network", "destroy", "n1", "type", "cni");
        };

        var seen = new List<DockerEvent>();
        var watch = async () =>
        {
            await foreach (var happened in engine.WatchAsync(TestContext.Current.CancellationToken))
            {
                seen.Add(happened);
            }
        };

        await watch.Should().ThrowAsync<DockerUnreachableException>().WithMessage("*it ended the stream of events");
        seen.Should().Equal(
            new DockerEvent(DockerEventKind.Connected),
            new DockerEvent(DockerEventKind.ContainerDied, null, "c1"),
            new DockerEvent(DockerEventKind.NetworkConnected, "n1", "c2"),
            new DockerEvent(DockerEventKind.NetworkDisconnected, "n1", "c2"),
            new DockerEvent(DockerEventKind.ContainerDestroyed, null, "c1"),
            new DockerEvent(DockerEventKind.NetworkDestroyed, "n1"));
        docker.Questions[1].Should().Contain($"since={time.GetUtcNow().ToUnixTimeSeconds()}").And.Contain("\"type\":{\"container\":true,\"network\":true}");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_connection_that_breaks_in_the_middle_of_an_event_ends_the_watch_with_an_exception()
    {
        docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.WriteAsync("{\"Type\":\"conta", cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
            context.Abort();
        };

        await using var watch = engine.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await watch.MoveNextAsync()).Should().BeTrue();
        await watch.Awaiting(broken => broken.MoveNextAsync().AsTask()).Should().ThrowAsync<DockerUnreachableException>();
    }

    [Fact(Timeout = Deadline)]
    public async Task A_watch_can_be_left_while_nothing_happens()
    {
        docker.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        var listening = new TaskCompletionSource();
        var hungUp = new TaskCompletionSource();
        docker.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            await using var registration = context.RequestAborted.Register(hungUp.SetResult);
            listening.SetResult();
            await ScriptedSocket.Silence(context, cancellationToken);
        };

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using (var watch = engine.WatchAsync(cancel.Token).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            (await watch.MoveNextAsync()).Should().BeTrue();
            var next = watch.MoveNextAsync().AsTask();
            await listening.Task;
            await cancel.CancelAsync();
            await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>();
        }

        await hungUp.Task; // The connection is not left open either.
    }

    [Fact(Timeout = Deadline)]
    public async Task A_Docker_that_does_not_answer_the_ping_is_not_connected()
    {
        docker.Answers["GET /_ping"] = ScriptedSocket.Json("""{"message":"starting"}""", 503);

        await using var watch = engine.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await watch.Awaiting(refused => refused.MoveNextAsync().AsTask()).Should().ThrowAsync<DockerRefusalException>())
            .Which.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    private static async Task SayAsync(HttpContext context, string type, string action, string id, string attribute, string value)
    {
        var message = new { Type = type, Action = action, Actor = new { ID = id, Attributes = new Dictionary<string, string> { [attribute] = value } }, scope = "local", time = 1893553445, timeNano = 1893553445000000001 };
        await context.Response.WriteAsync(JsonSerializer.Serialize(message) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
