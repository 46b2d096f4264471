using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bridge.Adapter.Control;

/// <summary>Asks the running daemon over its socket.</summary>
internal sealed class ControlClient(string socketPath) : IDisposable
{
    /// <summary>A status needs no plugin; a check takes what its plugins take, which the daemon bounds.</summary>
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http =
        new(UnixSocketHttp.Handler(socketPath)) { BaseAddress = new Uri("http://cnm-cni"), Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _http.Dispose();

    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public async Task<StatusResponse> StatusAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StatusTimeout);
        try
        {
            return await AskAsync("Bridge.Status", [], ControlJson.Default.StatusResponse, deadline.Token);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw Late(failure);
        }
    }

    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<CheckResponse> CheckAsync(CheckRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Check", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.CheckRequest),
            ControlJson.Default.CheckResponse, cancellationToken);

    /// <summary>Takes as long as its plugins take.</summary>
    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<ReloadResponse> ReloadAsync(ReloadRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Reload", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ReloadRequest),
            ControlJson.Default.ReloadResponse, cancellationToken);

    /// <summary>Takes as long as its plugins take, and as the settings want to be certain of an orphan.</summary>
    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<RepairResponse> RepairAsync(RepairRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Repair", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.RepairRequest),
            ControlJson.Default.RepairResponse, cancellationToken);

    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<SettleResponse> SettleAsync(SettleRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Settle", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.SettleRequest),
            ControlJson.Default.SettleResponse, cancellationToken);

    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<ForgetResponse> ForgetAsync(ForgetRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Forget", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ForgetRequest),
            ControlJson.Default.ForgetResponse, cancellationToken);

    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public Task<InspectResponse> InspectAsync(InspectRequest request, CancellationToken cancellationToken) =>
        AskAsync("Bridge.Inspect", JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.InspectRequest),
            ControlJson.Default.InspectResponse, cancellationToken);

    /// <returns>The stream of <see cref="EventStream"/>.</returns>
    /// <exception cref="ControlException">The daemon did not answer, or refused.</exception>
    public async Task<StreamReader> FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            var response = await _http.GetAsync("Bridge.Events", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken))
                : throw new ControlException(
                    Refusal(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
        catch (HttpRequestException failure)
        {
            throw new ControlException(Unreachable(failure), failure);
        }
    }

    /// <exception cref="ControlException">The daemon could not be asked.</exception>
    public async Task<string> MetricsAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StatusTimeout);
        try
        {
            using var response = await _http.GetAsync("metrics", deadline.Token);
            var text = await response.Content.ReadAsStringAsync(deadline.Token);
            return response.StatusCode == HttpStatusCode.OK ? text : throw new ControlException(Refusal(response.StatusCode, []));
        }
        catch (HttpRequestException failure)
        {
            throw new ControlException(Unreachable(failure), failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw Late(failure);
        }
    }

    private ControlException Late(OperationCanceledException failure) =>
        new($"cnm-cni on {socketPath} did not answer within {StatusTimeout.TotalSeconds} s. Its log says what it is doing.", failure);

    private async Task<T> AskAsync<T>(string method, byte[] body, JsonTypeInfo<T> answerType, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await _http.PostAsync(method, content, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.StatusCode == HttpStatusCode.OK
                ? JsonSerializer.Deserialize(answer, answerType) ?? throw new JsonException("the answer is empty")
                : throw new ControlException(Refusal(response.StatusCode, answer));
        }
        catch (HttpRequestException failure)
        {
            throw new ControlException(Unreachable(failure), failure);
        }
        catch (JsonException failure)
        {
            throw new ControlException(
                $"What answered on {socketPath} is not this version of cnm-cni. Restart cnm-cni serve after an update.", failure);
        }
    }

    private string Unreachable(HttpRequestException failure) => (failure.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.AccessDenied => $"No permission to use {socketPath}: the socket belongs to root. Retry with sudo.",
        SocketError.ConnectionRefused or SocketError.AddressNotAvailable => NotRunning,
        // .NET has no SocketError for "no such file", which is what a socket path that does not exist gives.
        _ when !File.Exists(socketPath) => NotRunning,
        _ => $"The request to cnm-cni on {socketPath} failed: {UnixSocketHttp.Reason(failure, socketPath)}.",
    };

    private string NotRunning => $"Nothing answers on {socketPath}: cnm-cni serve is not running. Start it with `cnm-cni serve` as root " +
        "(with systemd: `systemctl start cnm-cni`).";

    private string Refusal(HttpStatusCode status, byte[] answer)
    {
        if (status == HttpStatusCode.NotFound && answer.Length == 0)
            return $"What answers on {socketPath} is not cnm-cni, or an older one. Restart the daemon after an update.";

        try
        {
            return JsonSerializer.Deserialize(answer, ControlJson.Default.ControlError)?.Err
                ?? $"The daemon on {socketPath} answered HTTP {(int)status}.";
        }
        catch (JsonException)
        {
            return $"The daemon on {socketPath} answered HTTP {(int)status}.";
        }
    }
}

/// <summary>cnm-cni did not answer, or refused. The message is for the operator.</summary>
internal sealed class ControlException(string message, Exception? cause = null) : Exception(message, cause);
