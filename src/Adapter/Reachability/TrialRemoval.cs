using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// Removes what a test makes, found by label, name and record: at its end, and at the start of the next what a killed one left. An error in
/// one part does not keep it from the others.
/// </summary>
internal sealed class TrialRemoval(
    TrialContainers containers, TrialPod pod, ControlClient daemon, NetworkNamespace host, TimeProvider timeProvider)
{
    private static readonly TimeSpan Cleanups = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task<Removal> RunAsync(CancellationToken cancellationToken)
    {
        var removal = await TryAsync("the attachment of the pod", () => pod.RemoveAsync(cancellationToken));
        removal = removal.And(await TryAsync("containers", () => OfDockerAsync(cancellationToken)));
        return removal.And(await TryAsync($"link {NeighbourHost.LinkName}", () =>
            Task.FromResult(new Removal(NeighbourHost.Remove(host) ? [$"link {NeighbourHost.LinkName}"] : [], []))));
    }

    private async Task<Removal> OfDockerAsync(CancellationToken cancellationToken)
    {
        var (removal, endpoints) = await containers.RemoveAsync(cancellationToken);
        return endpoints.Count == 0 || await IsCleanAsync(endpoints, cancellationToken) ? removal : removal.And(new Removal(
            [], ["cnm-cni has not cleaned up after the containers yet. `cnm-cni settle` waits for it, `cnm-cni status` shows why."]));
    }

    // Docker is answered before DEL runs.
    private async Task<bool> IsCleanAsync(IReadOnlyList<string> endpoints, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            var status = await daemon.StatusAsync(cancellationToken);
            if (!status.Endpoints.Any(endpoint => endpoints.Contains(endpoint.EndpointId))
                && !status.PendingCleanups.Any(pending => pending.EndpointId is { } id && endpoints.Contains(id)))
            {
                return true;
            }

            if (timeProvider.GetElapsedTime(start) > Cleanups)
                return false;

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }

    private static async Task<Removal> TryAsync(string what, Func<Task<Removal>> remove)
    {
        try
        {
            return await remove();
        }
        catch (Exception failure) when (failure is DockerException or ControlException or IOException or UnauthorizedAccessException)
        {
            return new Removal([], [$"{char.ToUpperInvariant(what[0])}{what[1..]} may be left: {failure.Message.TrimEnd('.')}. " +
                "The next cnm-cni test removes them."]);
        }
    }
}
