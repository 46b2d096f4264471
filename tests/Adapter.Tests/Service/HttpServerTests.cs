using System.Diagnostics;
using Bridge.Adapter.Service;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Service;

public sealed class HttpServerTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cnm-cni-http-").FullName;
    private readonly HttpServer _server;
    private readonly HttpClient _http;

    public HttpServerTests()
    {
        var path = Path.Combine(_directory, "cni.sock");
        var socket = new PluginSocket(path, Path.Combine(_directory, "spare.sock"), inherited: null);
        _server = new HttpServer(socket, AnswerAsync, NullLoggerFactory.Instance);
        _http = new HttpClient(UnixSocketHttp.Handler(path)) { BaseAddress = new Uri("http://cnm-cni") };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(Cancellation);
        _server.Dispose();
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_call_continues_the_trace_of_its_caller_so_that_the_plugins_it_runs_belong_to_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("tracestate", "vendor=1");
        request.Headers.Add("baggage", "container=web");

        using var answer = await _http.SendAsync(request, Cancellation);

        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().Be(
            "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 Recorded vendor=1 web");
    }

    [Fact]
    public async Task A_call_without_a_trace_begins_one()
    {
        using var answer = await _http.PostAsync("/", content: null, Cancellation);

        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().MatchRegex("^[0-9a-f]{32} 0{16} None  $");
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var call = Activity.Current!;
        return context.Response.WriteAsync(
            $"{call.TraceId} {call.ParentSpanId} {call.ActivityTraceFlags} {call.TraceStateString} {call.GetBaggageItem("container")}");
    }
}
