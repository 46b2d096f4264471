using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Pods.Cri;
using Grpc.Core;
using System.Diagnostics;

namespace Bridge.TestHosts.Pods;

/// <summary>A running pod of one container.</summary>
public sealed class Pod
{
    private readonly RuntimeService.RuntimeServiceClient _runtime;
    private readonly string _containerId;

    internal Pod(RuntimeService.RuntimeServiceClient runtime, string name, string id, string containerId, string ip)
    {
        _runtime = runtime;
        _containerId = containerId;
        Name = name;
        Id = id;
        Ip = ip;
    }

    public string Name { get; }

    /// <summary>The sandbox's id, which is the CNI container ID.</summary>
    public string Id { get; }

    /// <summary>The address in the pod's status.</summary>
    public string Ip { get; }

    public async Task<CommandResult> ExecAsync(IEnumerable<string> command, CancellationToken cancellationToken)
    {
        var request = new ExecSyncRequest { ContainerId = _containerId, Cmd = { command }, Timeout = 30 };
        var started = Stopwatch.GetTimestamp();
        var answer = await _runtime.ExecSyncAsync(request, cancellationToken: cancellationToken);
        return new CommandResult(
            $"{Name}: {string.Join(' ', request.Cmd)}",
            answer.ExitCode,
            answer.Stdout.ToStringUtf8(),
            answer.Stderr.ToStringUtf8(),
            Stopwatch.GetElapsedTime(started));
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StopAsync(cancellationToken);
            await _runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = Id }, cancellationToken: cancellationToken);
        }
        catch (RpcException gone) when (gone.StatusCode == StatusCode.NotFound)
        {
            // A test has removed it already. Older runtimes call that an error.
        }
    }

    // A kubelet retries too: a CNI plugin may fail when a part is missing, and succeed when the link is gone as well.
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        var request = new StopPodSandboxRequest { PodSandboxId = Id };
        try
        {
            await _runtime.StopPodSandboxAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.Unknown)
        {
            await _runtime.StopPodSandboxAsync(request, cancellationToken: cancellationToken);
        }
    }
}
