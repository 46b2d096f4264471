using System.Net.Sockets;
using System.Text;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Peers that are not Docker, or are broken: they get an answer or the end of their connection, and nobody else notices.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string Question = "POST /NetworkDriver.GetCapabilities HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        _daemon = await ServingDaemon.StartAsync();
    }

    public ValueTask DisposeAsync() => _daemon is null ? ValueTask.CompletedTask : _daemon.DisposeAsync();

    [Theory]
    [InlineData("POST /NetworkDriver.CreateEndpoint HTTP/1.1\r\nHost: x\r\nContent-Le")]
    [InlineData("POST /NetworkDriver.CreateEndpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"NetworkID\":")]
    [InlineData("POST /NetworkDriver.CreateEndpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Net")]
    public async Task A_connection_with_an_unfinished_request_is_closed_and_an_idle_one_is_kept(string beginning)
    {
        using var idle = await _daemon.ConnectAsync();
        using var slow = await _daemon.ConnectAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes(beginning), Cancellation);

        await EndAsync(slow).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        (await ServingDaemon.AskAsync(idle, Question)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Two_thousand_idle_connections_do_not_delay_an_answer()
    {
        var idle = new List<Socket>();
        try
        {
            while (idle.Count < 2000)
            {
                try
                {
                    idle.Add(await _daemon.ConnectAsync());
                }
                catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
                {
                    await Task.Yield(); // The kernel queues so many and no more until they are accepted.
                }
            }

            (await _daemon.PostAsync("NetworkDriver.GetCapabilities", "")).Status.Should().Be(200);
            (await ServingDaemon.AskAsync(idle[0], Question)).Should().StartWith("HTTP/1.1 200 OK");
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }
    }

    [Theory]
    [InlineData("\uFEFF{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\"}", "does not follow the network driver protocol")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\"}{}", "does not follow the network driver protocol")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\"} x", "does not follow the network driver protocol")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"EndpointID\":\"e2\"}", "is there twice")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"endpointid\":\"e2\"}", "is there twice")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"Options\":{\"a\":1,\"a\":2}}", "is there twice")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"Options\":{\"cni.args.x\":\"\\ud800\"}}",
        "does not follow the network driver protocol")]
    [InlineData("{\"NetworkID\":\"n1\",\"EndpointID\":\"e1\",\"Options\":{\"\\udfff\":1}}", "does not follow the network driver protocol")]
    public async Task A_request_with_ambiguous_body_length_is_refused(string body, string reason)
    {
        var (status, answer) = await _daemon.PostAsync("NetworkDriver.CreateEndpoint", body);
        status.Should().Be(200);
        answer.Should().StartWith("{\"Err\":").And.Contain(reason).And.Contain("Nothing was done");
    }

    [Fact]
    public async Task A_body_above_1_MiB_is_refused_with_an_error_text()
    {
        var answer =
            await _daemon.SendRawAsync(
                $"POST /NetworkDriver.CreateEndpoint HTTP/1.1\r\nHost: x\r\nContent-Length: {(1 << 20) + 1}\r\n\r\n");
        answer.Should().StartWith("HTTP/1.1 200 OK").And.Contain("{\"Err\":\"the request could not be read: Request body too large")
            .And.Contain("Nothing was done");
    }

    private static async Task EndAsync(Socket connection)
    {
        var buffer = new byte[4096];
        try
        {
            while (await connection.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Its end, too.
        }
    }
}
