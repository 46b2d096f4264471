using System.Net.Sockets;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Service;

/// <summary>
/// Whether the daemon still answers: asked as Docker asks, over a new connection to its own socket. What a repair is at says nothing about that: it may rightly
/// wait for a plugin for minutes.
/// </summary>
internal sealed class Pulse(AdapterSettings settings)
{
    private const string Method = "/Bridge.Pulse";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Method, (RequestDelegate)(context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }));

    /// <param name="patience">How long an answer may take.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// False when something listens at the path and does not answer. When nobody does, somebody has taken the socket's file away; a service manager that
    /// keeps the socket does not bring it back by starting us again, so that is no reason to be ended.
    /// </returns>
    public async Task<bool> BeatsAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        using var http = new HttpClient(UnixSocketHttp.Handler(settings.Socket)) { BaseAddress = new Uri("http://cnm-cni"), Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var answer = await http.PostAsync(Method, content: null, deadline.Token);
            return true;
        }
        catch (HttpRequestException failure)
        {
            return failure.InnerException is SocketException { SocketErrorCode: not SocketError.WouldBlock };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
