using System.Runtime.InteropServices;

namespace Bridge.Adapter.Telemetry.Export;

/// <summary>HTTP to the receiver of spans, which may be slow or hostile: it can cost spans, and little time and memory.</summary>
internal static class TraceHttp
{
    /// <summary>For one batch, from its first byte to the end of the answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    // The receiver may get another address in DNS.
    private static readonly TimeSpan LongestConnection = TimeSpan.FromMinutes(5);

    private const int LongestAnswer = 64 << 10;

    // .NET takes the first that it can load. Without any it ends the whole process (opensslshim.c, OpenLibrary).
    private static readonly string[] OpenSsl = ["libssl.so.3", "libssl.so.1.1"];

    /// <summary>To be called before the first request. In a container the library is the host's (setting <c>pluginRoot</c>).</summary>
    /// <exception cref="IOException">The endpoint needs TLS, and OpenSSL cannot be loaded.</exception>
    public static void RequireTls(Uri endpoint)
    {
        if (endpoint.Scheme == Uri.UriSchemeHttps && !OpenSsl.Any(library => NativeLibrary.TryLoad(library, out _)))
        {
            throw new IOException(
                $"traces.endpoint {endpoint.OriginalString} needs OpenSSL, and none of {string.Join(", ", OpenSsl)} can be loaded. " +
                "Install it on the host, or use http or a socket");
        }
    }

    /// <summary>Where a batch goes: the path of the protocol, unless the endpoint has one.</summary>
    public static Uri AddressOf(Uri endpoint, bool isGrpc)
    {
        var host = endpoint.Scheme == "unix" ? new Uri("http://localhost/") : endpoint;
        return isGrpc || host.AbsolutePath != "/" ? host : new Uri(host, "/v1/traces");
    }

    public static HttpClient Client(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, SpanLosses losses)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectPatience, PooledConnectionLifetime = LongestConnection, MaxResponseHeadersLength = LongestAnswer >> 10,
        };
        if (endpoint.Scheme == "unix")
            UnixSocketHttp.Direct(sockets, endpoint.LocalPath);

        var client = new HttpClient(new Reasons(sockets, endpoint, losses))
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = LongestAnswer,
        };
        foreach (var (name, value) in headers)
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);

        return client;
    }

    // The exporter says only that it failed.
    private sealed class Reasons(HttpMessageHandler inner, Uri endpoint, SpanLosses losses) : DelegatingHandler(inner)
    {
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Noted(base.Send(request, cancellationToken));
            }
            catch (Exception failure)
            {
                losses.Reason = ReasonOf(failure);
                throw;
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Noted(await base.SendAsync(request, cancellationToken));
            }
            catch (Exception failure)
            {
                losses.Reason = ReasonOf(failure);
                throw;
            }
        }

        private string ReasonOf(Exception failure) => failure switch
        {
            OperationCanceledException => $"no answer within {Patience.TotalSeconds:0} s",
            _ when endpoint.Scheme == "unix" => UnixSocketHttp.Reason(failure, endpoint.LocalPath),
            _ => failure.GetBaseException().Message.TrimEnd('.'),
        };

        private HttpResponseMessage Noted(HttpResponseMessage answer)
        {
            losses.Reason = answer.Headers.TryGetValues("grpc-message", out var messages) ? $"gRPC: {messages.First()}"
                : answer.IsSuccessStatusCode ? "its answer is none of OTLP, or came too late"
                : $"HTTP status {(int)answer.StatusCode}";
            return answer;
        }
    }
}
