using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Service;

/// <summary>
/// Tests whether the daemon answers, over a new connection to its own socket as Docker makes one. The progress of a repair says nothing
/// about that: a repair may wait for a plugin for minutes.
/// </summary>
internal sealed class Watchdog(AdapterSettings settings)
{
    private const string Method = "/Bridge.Pulse";

    public static void Map(Routes routes) => routes.MapPost(Method, context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });

    /// <param name="timeout">Limit for the answer.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <returns>
    /// False when a process listens at the path and does not answer. True also when none listens: then the socket's file was removed, and a
    /// restart would not bring back a file that belongs to a service manager.
    /// </returns>
    public async Task<bool> AnswersAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        using var http = new HttpClient(UnixSocketHttp.Handler(settings.Socket));
        http.BaseAddress = new Uri("http://cnm-cni");
        http.Timeout = Timeout.InfiniteTimeSpan;
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
