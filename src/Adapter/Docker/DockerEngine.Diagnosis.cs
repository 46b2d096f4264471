using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

// What a diagnosis asks. Nothing of it changes anything.
internal sealed partial class DockerEngine
{
    // Each is inspected; a host with more of them has another problem.
    private const int MostInspected = 200;

    public async Task<EngineState> StateAsync(CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        var info = await AskAsync("describe itself", _client.System.GetSystemInfoAsync, cancellationToken);
        return new EngineState(version, info.LiveRestoreEnabled, info.FirewallBackend?.Driver);
    }

    /// <summary>Containers on networks of a driver that do not run although their restart policy requires it.</summary>
    public async Task<IReadOnlyList<DownContainer>> DownAsync(string driver, CancellationToken cancellationToken)
    {
        var networks = (await CniNetworksAsync(driver, cancellationToken)).SelectMany(network => new[] { network.Name, network.Id })
            .ToHashSet(StringComparer.Ordinal);
        var down = new List<DownContainer>();
        foreach (var container in (await ListContainersAsync(cancellationToken, Filter("status", "created", "exited")))
            .Where(container => NetworksOf(container).Any(networks.Contains)
                || (container.HostConfig?.NetworkMode is { } mode && networks.Contains(mode)))
            .Take(MostInspected))
        {
            // Docker starts a container with unless-stopped again, unless a person has stopped it; then it has an exit and no error.
            if (await InspectContainerAsync(container.ID, cancellationToken) is { } found
                && found.HostConfig?.RestartPolicy?.Name is RestartPolicyKind.Always or RestartPolicyKind.UnlessStopped)
            {
                down.Add(new DownContainer(found.Name.TrimStart('/'), found.State?.Error ?? ""));
            }
        }

        return down;
    }
}

/// <summary>What Docker says of itself.</summary>
/// <param name="Version">Its version.</param>
/// <param name="LiveRestore">Containers run on while dockerd restarts.</param>
/// <param name="FirewallBackend"><c>iptables</c>, <c>nftables</c>, each perhaps with <c>+firewalld</c>; null before Docker 29.</param>
internal sealed record EngineState(DockerVersion Version, bool LiveRestore, string? FirewallBackend);

/// <param name="Name">Its name.</param>
/// <param name="Error">Why Docker could not start it; empty where it was stopped.</param>
internal sealed record DownContainer(string Name, string Error);
