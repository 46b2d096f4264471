using System.Text;

namespace Bridge.HostileRequests.Requests;

/// <summary>What no HTTP client would send.</summary>
internal sealed class BrokenHttp(Random random)
{
    private static readonly string[] Verbs = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "post", "X"];

    private static readonly string[] Paths =
        ["", "NetworkDriver.AllocateNetwork", "NetworkDriver.Join/", "networkdriver.join", "NetworkDriver.Join?x=1", "NetworkDriver%2eJoin",
            "../etc/passwd", "%00", "Bridge.Nothing", "//", "a" + new string('b', 3_000)];

    private static readonly string[] Beginnings =
    [
        "", "\r\n\r\n", "POST", "POST /", "POST / HTTP/1.1\r\n", "POST / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
        "\0\0\0\0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST http://[::1 HTTP/1.1\r\n\r\n",
        "POST /Plugin.Activate HTTP/1.1\r\n\r\n", "POST /Plugin.Activate HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST /Plugin.Activate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{}",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", "POST /x HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "POST /NetworkDriver.Leave HTTP/1.0\r\n\r\n",
    ];

    /// <summary>Framed well enough to be answered on a connection that goes on.</summary>
    public HostileRequest Odd() => random.Next(3) switch
    {
        0 when random.Any(Verbs) is var verb =>
            new HostileRequest("verb", HostileRequest.Frame(verb, "NetworkDriver.Leave", "{}"u8.ToArray()), Answers: 0),
        1 => new HostileRequest("path", HostileRequest.Frame("POST", random.Any(Paths), "{}"u8.ToArray()), Answers: 0),
        _ => new HostileRequest("headers", HostileRequest.Frame("POST", "NetworkDriver.GetCapabilities", [], Headers()), Answers: 0),
    };

    /// <summary>The connection is done with afterwards.</summary>
    public HostileRequest Broken() => new("broken HTTP", Encoding.UTF8.GetBytes(random.Any(Beginnings)), Answers: 0);

    /// <summary>Begun, and neither finished nor closed.</summary>
    public HostileRequest Abandoned() => new("abandoned", Encoding.UTF8.GetBytes(random.Any(
        ["POST /NetworkDriver.Lea", "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\n",
            "POST /NetworkDriver.Leave HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{\"Net"])), Answers: 0) { IsAbandoned = true };

    private string Headers() => random.Next(5) switch
    {
        0 => string.Concat(Enumerable.Range(0, random.Any([10, 99, 200, 2_000])).Select(number => $"X-{number}: y\r\n")),
        1 => $"X-Long: {new string('x', random.Any([1_000, 8_000, 40_000]))}\r\n",
        2 => "Content-Type: application/x-www-form-urlencoded\r\nCookie: a=b\r\nAuthorization: Basic eDp4\r\n",
        3 => "X-Bytes: \u00ff\u0100\r\n",
        _ => "Connection: close\r\n",
    };
}
