using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Serialization;
using Bridge.Adapter.Cri;
using Bridge.Adapter.Cri.Messages;
using Grpc.Core;

namespace Bridge.Adapter.AddressOwners;

/// <summary>
/// Lists the pods of this host. Asks its container runtime, as a kubelet does. Only names depend on the answer: a runtime that is missing
/// or does not answer is not an error, and costs a second at most.
/// </summary>
/// <param name="socketPath">The runtime's socket at this moment; null when none was found.</param>
/// <param name="clients">Asks there.</param>
internal sealed class PodRuntime(Func<string?> socketPath, CriClients clients)
{
    private const int ParallelStatusRequests = 16;

    /// <summary>
    /// All pods by name, including those that are not ready: they may still have addresses in the IPAM plugin's store. If the runtime stops
    /// answering, the pods that it has listed until then.
    /// </summary>
    public async Task<(PodRuntimeState Runtime, IReadOnlyList<AddressOwner> Pods)> ListAsync(CancellationToken cancellationToken)
    {
        var pods = new ConcurrentDictionary<string, AddressOwner>(StringComparer.Ordinal);
        var runtime = await AskAsync(
            async (client, token) =>
            {
                var listed = (await client.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: token)).Items;
                foreach (var sandbox in listed)
                    pods[sandbox.Id] = ToPod(sandbox.Id, sandbox.Metadata, network: null);

                var ready = listed.Where(sandbox => sandbox.State == PodSandboxState.SandboxReady).Select(sandbox => sandbox.Id);
                var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelStatusRequests, CancellationToken = token };
                await Parallel.ForEachAsync(ready, options, async (sandboxId, each) =>
                {
                    if (await StatusAsync(client, sandboxId, each) is { } known)
                        pods[sandboxId] = known;
                    else
                        pods.TryRemove(sandboxId, out _);
                });
            },
            cancellationToken);
        return (runtime, [.. pods.Values.OrderBy(pod => pod.Name, StringComparer.Ordinal)]);
    }

    /// <summary>The pod with that sandbox; null when there is none, or the runtime does not answer.</summary>
    public async Task<AddressOwner?> FindAsync(string sandboxId, CancellationToken cancellationToken)
    {
        AddressOwner? found = null;
        await AskAsync(async (client, token) => found = await StatusAsync(client, sandboxId, token), cancellationToken);
        return found;
    }

    private async Task<PodRuntimeState> AskAsync(
        Func<RuntimeService.RuntimeServiceClient, CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        if (socketPath() is not { } socket)
            return PodRuntimeState.Absent;

        return await clients.Of(socket).AskAsync(ask, cancellationToken) switch
        {
            CriOutcome.Answers => PodRuntimeState.Answers,
            CriOutcome.Silent => PodRuntimeState.Silent,
            _ => PodRuntimeState.Absent,
        };
    }

    /// <summary>Null for a sandbox that does not exist (any more).</summary>
    private static async Task<AddressOwner?> StatusAsync(
        RuntimeService.RuntimeServiceClient client, string sandboxId, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.PodSandboxStatusAsync(
                new PodSandboxStatusRequest { PodSandboxId = sandboxId }, cancellationToken: cancellationToken);
            return answer.Status is { } status ? ToPod(status.Id, status.Metadata, status.Network) : null;
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    // A pod on the host's network has no addresses of its own; neither has one that is not ready.
    private static AddressOwner ToPod(string sandboxId, PodSandboxMetadata? metadata, PodSandboxNetworkStatus? network)
    {
        var addresses = network is null ? [] : network.AdditionalIps.Select(other => other.Ip).Prepend(network.Ip);
        return new AddressOwner(
            AddressOwnerKind.Pod,
            sandboxId,
            [.. addresses.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()])
        {
            Name = $"{metadata?.Namespace}/{metadata?.Name}",
        };
    }
}

/// <summary>How the container runtime answered.</summary>
internal enum PodRuntimeState
{
    /// <summary>There is none, or it does not run pods (a containerd that serves Docker alone).</summary>
    [JsonStringEnumMemberName("absent")]
    Absent,

    /// <summary>It answered, and its list is complete.</summary>
    [JsonStringEnumMemberName("answers")]
    Answers,

    /// <summary>It did not answer in time, or with an error.</summary>
    [JsonStringEnumMemberName("silent")]
    Silent,
}
