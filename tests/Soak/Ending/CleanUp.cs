using Bridge.Soak.Workers;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Grpc.Core;

namespace Bridge.Soak.Ending;

/// <summary>
/// Removes every container and pod that is left, by Docker and by the pods' runtime, as a person would: again, where it failed.
/// </summary>
internal sealed class CleanUp(TestHost host, DockerCommands docker, Totals.EventLog events, TimeProvider timeProvider)
{
    private const string NotEnded = "did not receive an exit event";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(1);

    /// <returns>What could not be removed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> containers = [];
        IReadOnlyList<string> pods = [];
        var started = timeProvider.GetTimestamp();
        do
        {
            containers = await RemoveContainersAsync(cancellationToken);
            pods = await RemovePodsAsync(cancellationToken);
            if (containers.Count + pods.Count == 0)
                break;

            await Task.Delay(BetweenRounds, timeProvider, cancellationToken);
        }
        while (timeProvider.GetElapsedTime(started) < LongestWait);

        return [.. containers.Select(name => $"container {name}"), .. pods.Select(id => $"pod {id}")];
    }

    private async Task<IReadOnlyList<string>> RemoveContainersAsync(CancellationToken cancellationToken)
    {
        foreach (var name in await ContainersAsync(cancellationToken))
        {
            var removal = await docker.RunAsync("docker rm -f", ["rm", "--force", name], cancellationToken);
            if (removal?.StandardError.Contains(NotEnded, StringComparison.Ordinal) == true)
                await EndAsync(name, cancellationToken);
        }

        return await ContainersAsync(cancellationToken);
    }

    // Where dockerd was killed between a container's creation and its start, containerd has a task that has never run. dockerd takes it for
    // a running container and cannot end it (28.5), also one that is on no network; containerd can.
    private async Task EndAsync(string name, CancellationToken cancellationToken)
    {
        var id = (await host.DockerAsync(["inspect", "--format", "{{.Id}}", name], cancellationToken)).Output;
        events.Write($"dockerd cannot end {name}, whose start was cut off: containerd does");
        await host.RunAsync(["ctr", "--namespace", "moby", "task", "kill", "--signal", "SIGKILL", id], cancellationToken);
    }

    private async Task<IReadOnlyList<string>> ContainersAsync(CancellationToken cancellationToken) =>
        (await host.DockerAsync(["ps", "--all", "--format", "{{.Names}}"], cancellationToken)) is { Succeeded: true } listed
            ? listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : ["(docker ps fails)"];

    private async Task<IReadOnlyList<string>> RemovePodsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await host.Pods.RemoveAllAsync(cancellationToken);
            return [];
        }
        catch (RpcException failure)
        {
            events.Write($"pods could not be removed: {failure.Status.Detail}");
            return ["(of the runtime)"];
        }
    }
}
