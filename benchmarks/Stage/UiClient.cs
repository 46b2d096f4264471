using System.Net.Http.Headers;
using Bridge.TestHosts;
using Bridge.TestHosts.Sockets;

namespace Bridge.Benchmarks.Stage;

/// <summary>A browser of <c>cnm-cni ui</c> that draws nothing.</summary>
internal sealed class UiClient : IAsyncDisposable
{
    private readonly TcpRelay _relay;
    private readonly HttpClient _client;

    private UiClient(TestHost host)
    {
        _relay = host.FromHost.Relay(host.UiUrl.Port);
        _client = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{host.UiUrl.Port}"),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", host.UiUrl.Query.Split('=')[1]) },
        };
    }

    /// <summary>Opens the page, as a person does.</summary>
    public static async Task<UiClient> OpenAsync(TestHost host, CancellationToken cancellationToken)
    {
        var ui = new UiClient(host);
        await ui._client.GetStringAsync(host.UiUrl, cancellationToken);
        return ui;
    }

    /// <returns>The stream of events, after the first whole picture, and how long that is in bytes.</returns>
    public async Task<(StreamReader Events, int Bytes)> FollowAsync(CancellationToken cancellationToken)
    {
        var events = new StreamReader(await _client.GetStreamAsync(new Uri("/events", UriKind.Relative), cancellationToken));
        var isPicture = false;
        while (await events.ReadLineAsync(cancellationToken) is { } line)
        {
            if (isPicture && line.StartsWith("data:", StringComparison.Ordinal))
                return (events, line.Length);

            isPicture = line == "event: picture";
        }

        throw new IOException("cnm-cni ui has closed the connection before its first picture.");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _relay.DisposeAsync();
    }
}
