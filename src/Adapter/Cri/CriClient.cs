using Bridge.Adapter.Cri.Messages;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Adapter.Cri;

/// <summary>
/// Asks the container runtime at one socket over the Container Runtime Interface, as a kubelet does. A runtime that is missing or does not
/// answer is no exception, and costs a second at most.
/// </summary>
internal sealed class CriClient(string socketPath, TimeProvider timeProvider) : IDisposable
{
    /// <summary>A list of a full node's pods takes some 50 ms.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    // Created on first use: most hosts have no pods, and a channel takes some megabytes of code and buffers.
    private readonly Lazy<GrpcChannel> _channel = new(() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = UnixSocketHttp.Handler(socketPath),
        DisposeHttpClient = true,
        ThrowOperationCanceledOnCancellation = true,
    }));

    public void Dispose()
    {
        if (_channel.IsValueCreated)
            _channel.Value.Dispose();
    }

    /// <summary>Runs requests, all of them within a second.</summary>
    public async Task<CriOutcome> AskAsync(
        Func<RuntimeService.RuntimeServiceClient, CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        if (!File.Exists(socketPath))
            return CriOutcome.NoSocket;

        using var deadline = new CancellationTokenSource(AnswerTimeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await ask(new RuntimeService.RuntimeServiceClient(_channel.Value), bounded.Token);
            return CriOutcome.Answers;
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            return failure.StatusCode switch
            {
                StatusCode.Unavailable => CriOutcome.NotListening,
                StatusCode.Unimplemented => CriOutcome.NotServed,
                _ => CriOutcome.Silent,
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CriOutcome.Silent;
        }
    }
}

/// <summary>How the runtime at a socket answered.</summary>
internal enum CriOutcome
{
    /// <summary>There is no such file.</summary>
    NoSocket,

    /// <summary>Nothing listens on the socket.</summary>
    NotListening,

    /// <summary>The program there does not serve the interface: a containerd without its CRI plugin, as Docker's packages configure
    /// it.</summary>
    NotServed,

    /// <summary>It did not answer in time, or with an error.</summary>
    Silent,

    /// <summary>It answered.</summary>
    Answers,
}
