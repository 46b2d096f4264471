using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Tests.HostPorts;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Service;

/// <summary>The metrics on a TCP address: for Prometheus, and for nobody who wants anything else.</summary>
public sealed class MetricsServerTests : IAsyncLifetime
{
    private readonly LogLines<MetricsServer> _log = new();
    private readonly AdapterMetrics _metrics = new(new LogQueue(0, _ => ""));
    private readonly MetricsPage _page;
    private readonly List<MetricsServer> _servers = [];
    private readonly HttpClient _http = new();

    public MetricsServerTests() => _page = new MetricsPage(_metrics);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync(Cancellation);
            server.Dispose();
        }

        _http.Dispose();
        _page.Dispose();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Prometheus_gets_the_page_whatever_host_it_names(string address)
    {
        var url = await StartAsync(new IPEndPoint(IPAddress.Parse(address), OtherProgram.FreePort()));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}metrics");
        request.Headers.Host = "node-7.example.org";
        request.Headers.Add("Origin", "http://evil.example.org");

        using var answer = await _http.SendAsync(request, Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        $"{answer.Content.Headers.ContentType}".Should().Be(MetricsPage.ContentType);
        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().Contain("# TYPE cnm_cni_calls_total counter");
        answer.Headers.Should().NotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{url}metrics"), Cancellation);
        head.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nothing_else_of_the_plugin_socket_is_there()
    {
        var url = await StartAsync(Loopback());

        foreach (var path in new[] { "", "Bridge.Status", "Bridge.Forget", "NetworkDriver.Join", "metrics/", "metrics/x" })
        {
            using var answer = await _http.PostAsync($"{url}{path}", new StringContent(""), Cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.NotFound, path);
        }

        using var posted = await _http.PostAsync($"{url}metrics", new StringContent(""), Cancellation);
        posted.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        posted.Content.Headers.Allow.Should().Equal("GET", "HEAD");
    }

    [Fact]
    public async Task Clients_that_never_finish_a_request_hold_no_connection_for_long_and_never_all_memory()
    {
        var address = Loopback();
        await StartAsync(address);
        var idle = new List<Socket>();
        for (var number = 0; number <= MetricsServer.MostConnections; number++)
            idle.Add(await SendAsync(address, ""));

        await Eventually.TrueAsync(() => idle.Count(IsClosed) == 1, "one is too many");
        idle.ForEach(client => client.Dispose());
        await Eventually.TrueAsync(async _ => await TryGetAsync(address) is { Length: > 0 }, "it answers again", Cancellation);
        using var slow = await SendAsync(address, "GET /metrics HT");
        (await ReadAsync(slow)).Should().MatchRegex("^$|^HTTP/1.1 408");
        using var large = await SendAsync(address, $"GET /metrics HTTP/1.1\r\nHost: x\r\nX: {new string('x', 20_000)}\r\n\r\n");
        (await ReadAsync(large)).Should().MatchRegex("^$|^HTTP/1.1 431");
    }

    [Fact]
    public async Task An_address_in_use_is_logged_once_and_taken_when_it_is_free()
    {
        var address = Loopback();
        using (var other = new TcpListener(address))
        {
            other.Start();
            Begin(address);
            await Eventually.TrueAsync(() => _log.Lines.Count > 0, "it is logged");
            _log.Lines.Should().ContainSingle().Which.Should().Contain($"{address}").And.Contain("metrics.listen")
                .And.Contain("address already in use");
        }

        await Eventually.TrueAsync(async _ => await TryGetAsync(address) is not null, "it answers", Cancellation);
        _log.Lines.Should().HaveCount(2);
    }

    private async Task<Uri> StartAsync(IPEndPoint address)
    {
        Begin(address);
        await Eventually.TrueAsync(() => _log.Lines.Count > 0, "it listens");
        _log.Lines.Should().ContainSingle().Which.Should().Be($"Metrics are on http://{address}/metrics");
        return new Uri($"http://{address}/");
    }

    private void Begin(IPEndPoint address)
    {
        var server = new MetricsServer(
            new AdapterSettings { Metrics = new MetricsSettings { Listen = address } }, _page, NullLoggerFactory.Instance,
            TimeProvider.System, _log);
        _servers.Add(server);
        _ = server.StartAsync(Cancellation);
    }

    private async Task<string?> TryGetAsync(IPEndPoint address)
    {
        try
        {
            return await _http.GetStringAsync($"http://{address}/metrics", Cancellation);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<Socket> SendAsync(IPEndPoint address, string text)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(address, Cancellation);
        await client.SendAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        return client;
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        var buffer = new byte[100];
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer, Cancellation));
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static bool IsClosed(Socket client) => client.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private static IPEndPoint Loopback() => new(IPAddress.Loopback, OtherProgram.FreePort());
}
