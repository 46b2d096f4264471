using System.Collections.Concurrent;
using System.Net;
using Bridge.Adapter.Pods.Cri;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Adapter.Pods;

/// <summary>
/// Asks the host's container runtime (its Container Runtime Interface, as a kubelet does) which pods there are. For the sake of names only:
/// a runtime that is missing or does not answer is no error, and costs a second at most.
/// </summary>
internal sealed class PodRuntime(string socketPath, TimeProvider timeProvider) : IDisposable
{
    /// <summary>A list of a full node's pods takes some 50 ms; whoever asks has a person waiting.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private const int StatusesAtOnce = 16;

    // On first use: most hosts never ask, and a channel is some megabytes of code and buffers.
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

    /// <summary>All pods, those that are not ready included. Of a runtime that falls silent in the middle, what it had said till then.</summary>
    public async Task<PodListing> ListAsync(CancellationToken cancellationToken)
    {
        var pods = new ConcurrentDictionary<string, Pod>(StringComparer.Ordinal);
        var runtime = await AskAsync(
            async (client, token) =>
            {
                var listed = await client.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: token);
                foreach (var sandbox in listed.Items)
                    pods[sandbox.Id] = ToPod(sandbox.Id, sandbox.Metadata, sandbox.State, network: null);

                var asked = new ParallelOptions { MaxDegreeOfParallelism = StatusesAtOnce, CancellationToken = token };
                await Parallel.ForEachAsync(pods.Values.Where(pod => pod.IsReady).ToArray(), asked, async (pod, each) =>
                {
                    if (await StatusAsync(client, pod.SandboxId, each) is { } known)
                        pods[pod.SandboxId] = known;
                    else
                        pods.TryRemove(pod.SandboxId, out _);
                });
            },
            cancellationToken);
        return new PodListing(runtime, [.. pods.Values.OrderBy(pod => pod.FullName, StringComparer.Ordinal)]);
    }

    /// <summary>The pod with that sandbox; null when there is none, or the runtime does not say.</summary>
    public async Task<Pod?> FindAsync(string sandboxId, CancellationToken cancellationToken)
    {
        Pod? found = null;
        await AskAsync(async (client, token) => found = await StatusAsync(client, sandboxId, token), cancellationToken);
        return found;
    }

    private async Task<PodRuntimeState> AskAsync(Func<RuntimeService.RuntimeServiceClient, CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        if (!File.Exists(socketPath))
            return PodRuntimeState.Absent;

        using var deadline = new CancellationTokenSource(AnswerTimeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await ask(new RuntimeService.RuntimeServiceClient(_channel.Value), bounded.Token);
            return PodRuntimeState.Answers;
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Unavailable: nobody listens at the socket. Unimplemented: a containerd without its CRI plugin, as Docker's packages configure it.
            return failure.StatusCode is StatusCode.Unavailable or StatusCode.Unimplemented ? PodRuntimeState.Absent : PodRuntimeState.Silent;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return PodRuntimeState.Silent;
        }
    }

    /// <summary>Null for a sandbox that does not exist, or was removed a moment ago.</summary>
    private static async Task<Pod?> StatusAsync(RuntimeService.RuntimeServiceClient client, string sandboxId, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = sandboxId }, cancellationToken: cancellationToken);
            return answer.Status is { } status ? ToPod(status.Id, status.Metadata, status.State, status.Network) : null;
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static Pod ToPod(string sandboxId, PodSandboxMetadata? metadata, PodSandboxState state, PodSandboxNetworkStatus? network) => new(
        sandboxId,
        metadata?.Namespace ?? "",
        metadata?.Name ?? "",
        state == PodSandboxState.SandboxReady,
        network is null ? [] : [.. network.AdditionalIps.Select(other => other.Ip).Prepend(network.Ip).SelectMany(ToAddress)]);

    private static IEnumerable<IPAddress> ToAddress(string text) => IPAddress.TryParse(text, out var address) ? [address] : [];
}
