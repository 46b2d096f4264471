using System.Net;
using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>What browsers see of the daemon, whatever happens to either.</summary>
public sealed class EventFeedTests : IAsyncDisposable
{
    private UiBench? _bench;

    public ValueTask DisposeAsync() => _bench?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_browser_sees_the_status_and_what_becomes_of_it()
    {
        var bench = await StartAsync(Pictures.Containers(2));
        using var events = await bench.FollowAsync();

        var picture = await events.NextAsync("picture");
        bench.Status = Pictures.Containers(3);
        var change = await events.NextAsync("change");

        picture.GetProperty("members").GetArrayLength().Should().Be(2);
        picture.GetProperty("host").GetString().Should().Be(Environment.MachineName);
        picture.GetProperty("daemon").GetProperty("reachable").GetBoolean().Should().BeTrue();
        change.GetProperty("sequence").GetInt64().Should().Be(picture.GetProperty("sequence").GetInt64() + 1);
        change.GetProperty("set").GetProperty("members")[0].GetProperty("key").GetString().Should().Be("e:e2");
        (await events.NextAsync("traffic")).GetProperty("links").EnumerateObject().Should().BeEmpty();
    }

    [Fact]
    public async Task The_daemon_is_asked_once_at_a_time_for_all_browsers_and_not_at_all_without_one()
    {
        var (running, most) = (0, 0);
        var bench = await StartAsync(Pictures.Containers(2));
        var answer = bench.Daemon.Answers["POST /Bridge.Status"];
        bench.Daemon.Answers["POST /Bridge.Status"] = async (context, cancellationToken) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            Interlocked.Decrement(ref running);
            await answer(context, cancellationToken);
        };
        bench.Daemon.Questions.Should().BeEmpty();

        var readers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => bench.FollowAsync()));
        await Task.WhenAll(readers.Select(reader => reader.NextAsync("picture")));
        await Eventually.TrueAsync(
            () => bench.Daemon.Questions.Count(asked => asked.EndsWith("Status", StringComparison.Ordinal)) > 1, "it is asked again");

        most.Should().Be(1);
        Array.ForEach(readers, reader => reader.Dispose());
    }

    [Fact]
    public async Task A_daemon_that_goes_leaves_its_picture_with_the_reason()
    {
        var bench = await StartAsync(Pictures.Containers(2));
        using var events = await bench.FollowAsync();
        await events.NextAsync("picture");

        await bench.StopDaemonAsync();

        var daemon = (await events.NextAsync("change")).GetProperty("set").GetProperty("daemon");
        daemon.GetProperty("reachable").GetBoolean().Should().BeFalse();
        daemon.GetProperty("problem").GetString().Should().Contain("cnm-cni serve is not running");
        using var late = await bench.FollowAsync();
        (await late.NextAsync("picture")).GetProperty("members").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task A_daemon_that_errs_and_comes_back_is_shown_again()
    {
        var bench = await StartAsync(Pictures.Containers(2));
        var answer = bench.Daemon.Answers["POST /Bridge.Status"];
        bench.Daemon.Answers["POST /Bridge.Status"] = ScriptedSocket.Json("""{"Err":"it is starting"}""", 500);
        using var events = await bench.FollowAsync();
        var picture = await events.NextAsync("picture");

        bench.Daemon.Answers["POST /Bridge.Status"] = answer;

        picture.GetProperty("daemon").GetProperty("problem").GetString().Should().Be("it is starting");
        picture.GetProperty("members").GetArrayLength().Should().Be(0);
        var set = (await events.NextAsync("change")).GetProperty("set");
        set.GetProperty("daemon").GetProperty("reachable").GetBoolean().Should().BeTrue();
        set.GetProperty("members").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task Events_of_the_history_are_passed_on_and_make_the_status_to_be_asked()
    {
        var bench = await StartAsync(Pictures.Containers(1));
        var write = new TaskCompletionSource();
        bench.Daemon.Answers["GET /Bridge.Events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.WriteAsync("""{"segment":1,"offset":0}"""u8.ToArray(), cancellationToken);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
            await write.Task.WaitAsync(cancellationToken);
            bench.Status = Pictures.Containers(2);
            await context.Response.Body.WriteAsync(
                """{"time":"2026-11-30T12:00:00Z","kind":"attached","endpointId":"e1","containerId":"e1","container":"c1","cniNetwork":"pods","addresses":["10.88.0.3/16"]}"""u8.ToArray(),
                cancellationToken);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        using var events = await bench.FollowAsync();
        await events.NextAsync("picture");
        await Eventually.TrueAsync(() => bench.Daemon.Questions.Contains("GET /Bridge.Events"), "the history is followed");

        write.SetResult();

        var happened = await events.NextAsync("happened");
        (happened.GetProperty("key").GetString(), happened.GetProperty("text").GetString()).Should().Be(
            ("e:e1", "container c1 attached to pods: 10.88.0.3"));
        (await events.NextAsync("change")).GetProperty("set").GetProperty("members")[0].GetProperty("key").GetString().Should().Be("e:e1");
    }

    [Fact]
    public async Task A_browser_that_never_reads_keeps_nobody_waiting_and_a_ninth_is_refused()
    {
        var bench = await StartAsync(Pictures.Containers(400));
        using var events = await bench.FollowAsync();
        await events.NextAsync("picture");
        using var deaf = bench.NeverRead();
        for (var count = 401; count <= 404; count++)
        {
            bench.Status = Pictures.Containers(count);
            (await events.NextAsync("change")).GetProperty("set").GetProperty("members").GetArrayLength().Should().BeGreaterThan(0);
        }

        var others = await Task.WhenAll(Enumerable.Range(0, Browsers.Most - 2).Select(_ => bench.FollowAsync()));
        using var ninth = await bench.GetAsync("/events");

        ninth.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await ninth.Content.ReadAsStringAsync(Cancellation)).Should().Be(
            "8 browsers show this page already. Close one of them, and reload.\n");
        Array.ForEach(others, other => other.Dispose());
    }

    [Fact]
    public async Task Details_of_a_container_are_those_of_inspect()
    {
        var bench = await StartAsync(Pictures.Everybody);
        bench.Daemon.Answers["POST /Bridge.Inspect"] = ScriptedSocket.Json("""{"Err":"it is gone"}""", 500);
        using var events = await bench.FollowAsync();
        await events.NextAsync("picture");

        using var answer = await bench.GetAsync("/detail?key=e:e1");

        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).RootElement;
        json.GetProperty("member").GetProperty("name").GetString().Should().Be("web");
        json.GetProperty("problem").GetString().Should().Be("it is gone");
        bench.Daemon.Bodies.Should().ContainMatch("*\"e1\"*");
    }

    private async Task<UiBench> StartAsync(StatusResponse status)
    {
        _bench = await UiBench.StartAsync(status);
        await _bench.OpenAsync();
        return _bench;
    }
}
