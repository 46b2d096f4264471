using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Setting <c>autoNetworks</c>: creates, replaces and removes Docker networks, so that there is one for every CNI network, under its name.
/// Changes only networks that have its label. Runs in the background, because Docker calls cnm-cni while it creates a network.
/// </summary>
internal sealed class AutoNetworks(
    IDockerEngine docker, DriverName driver, ConfigurationDirectory configurations, AdapterSettings settings, TimeProvider timeProvider,
    ILogger<AutoNetworks> logger)
{
    private const string AutoLabel = "cnm-cni.auto";
    private const string PlanLabel = "cnm-cni.plan";

    // By Docker network id, when its CNI network disappeared. It must stay away for a while: editors replace a file by removing it first.
    private readonly Dictionary<string, long> _goneSince = new(StringComparer.Ordinal);

    // By CNI network, the last problem that was logged, so that each is logged once.
    private readonly Dictionary<string, string> _logged = new(StringComparer.Ordinal);

    /// <summary>A CNI network has disappeared, and its Docker network is to be removed soon.</summary>
    public bool HasPendingRemoval => _goneSince.Values.Any(since => !IsLongEnough(since));

    public static bool IsAuto(DockerNetwork network) => network.Labels.ContainsKey(AutoLabel);

    /// <summary>One pass over all CNI networks. Passes must not overlap.</summary>
    /// <exception cref="DockerUnreachableException">Docker does not answer.</exception>
    /// <exception cref="DockerRefusalException">Docker does not list its networks.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var contents = configurations.Load();
        var networks = await docker.NetworksAsync(cancellationToken);
        _ = await driver.AskAsync(cancellationToken);
        foreach (var network in CniNetworks.Offered(contents))
            await UpdateAsync(network, networks.FirstOrDefault(other => other.Name == network.Name), cancellationToken);

        var gone = networks.Where(network => IsOurs(network) && CniNetworks.Offered(contents).All(offered => offered.Name != network.Name))
            .ToArray();
        foreach (var network in gone.Where(StaysAway))
        {
            if (await TryRemoveAsync(network, "its CNI network is gone", cancellationToken))
                _goneSince.Remove(network.Id);
        }

        foreach (var back in _goneSince.Keys.Except(gone.Select(network => network.Id)).ToArray())
            _goneSince.Remove(back);
    }

    private async Task UpdateAsync(NetworkConfiguration network, DockerNetwork? existing, CancellationToken cancellationToken)
    {
        if (existing is not null && !IsOurs(existing))
        {
            // A network that a person created for this CNI network serves as well.
            if (existing.Driver != driver.Known || NetworkPairs.NamedBy(existing) is { } other && other != network.Name)
                LogOnce(network.Name, existing.Id, () => logger.NetworkNameTaken(network.Name, existing.Id, existing.Driver));

            return;
        }

        // A node that has just started has no lease yet. Another network would have another id, which containers do not follow.
        if (Delegates.WhyNotYet(network) is { } reason)
        {
            LogOnce(network.Name, reason, () => logger.NetworkWaits(network.Name, reason));
            return;
        }

        var plan = NetworkPlan.Of(
            network, NetworkPlan.IsIPv6Alone(network) && (await docker.VersionAsync(cancellationToken)).HasIPv6Alone,
            settings.SandboxPlugins);
        if (existing is null || (existing.Labels.GetValueOrDefault(PlanLabel) != plan.Summary
            && await TryRemoveAsync(existing, $"its CNI network changed to {plan.Summary}", cancellationToken)))
        {
            await CreateAsync(network, plan, cancellationToken);
        }
    }

    private async Task CreateAsync(NetworkConfiguration network, NetworkPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var labels = new Dictionary<string, string> { [AutoLabel] = "true", [PlanLabel] = plan.Summary };
            var wanted = plan.ToDocker(network.Name, driver.Known, new Dictionary<string, string>(), labels);
            var networkId = await docker.CreateNetworkAsync(wanted, cancellationToken);
            _logged.Remove(network.Name);
            logger.NetworkMade(networkId, network.Name, plan.Summary);
        }
        catch (DockerRefusalException refusal)
        {
            LogOnce(network.Name, refusal.Message, () => logger.NetworkNotMade(network.Name, refusal.Message));
        }
    }

    private async Task<bool> TryRemoveAsync(DockerNetwork network, string why, CancellationToken cancellationToken)
    {
        try
        {
            if (!await docker.IsInUseAsync(network, cancellationToken))
            {
                await docker.RemoveNetworkAsync(network.Id, cancellationToken);
                _logged.Remove(network.Name);
                logger.NetworkRemoved(network.Id, network.Name, why);
                return true;
            }

            LogOnce(network.Name, why, () => logger.NetworkKept(network.Id, network.Name, why, "containers are on it"));
        }
        catch (DockerRefusalException refusal)
        {
            // A container may have been attached since the check.
            LogOnce(network.Name, why, () => logger.NetworkKept(network.Id, network.Name, why, refusal.Message));
        }

        return false;
    }

    private bool IsOurs(DockerNetwork network) => network.Driver == driver.Known && IsAuto(network);

    private bool StaysAway(DockerNetwork network) =>
        !_goneSince.TryAdd(network.Id, timeProvider.GetTimestamp()) && IsLongEnough(_goneSince[network.Id]);

    private bool IsLongEnough(long goneSince) => timeProvider.GetElapsedTime(goneSince) >= settings.Repair.OrphanGrace;

    private void LogOnce(string network, string problem, Action log)
    {
        if (_logged.GetValueOrDefault(network) == problem)
            return;

        _logged[network] = problem;
        log();
    }
}

/// <summary>Wakes <see cref="AutoNetworksLoop"/> when CNI networks or Docker's networks may have changed.</summary>
internal sealed class NetworksSignal : WakeUp;

/// <summary>
/// Runs <see cref="AutoNetworks"/> when CNI files change, when Docker answers again or loses a network, and at intervals.
/// </summary>
internal sealed class AutoNetworksLoop(
    AutoNetworks networks, NetworksSignal signal, DirectoryDiscovery directories, AdapterSettings settings, TimeProvider timeProvider,
    ILogger<AutoNetworksLoop> logger)
    : BackgroundService
{
    // A file is written in several steps.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Else cnm-cni would wait for Docker before it listens, while Docker may wait for its socket.
        directories.Changed += signal.Raise;
        while (!stoppingToken.IsCancellationRequested)
        {
            // Watch before the directory is read, so that no change is missed.
            using var changes = DirectoryChanges.Watch(directories.Current.ConfigurationDirectory, signal.Raise);
            await RunAsync(stoppingToken);
            await signal.WaitAsync(
                networks.HasPendingRemoval ? Shorter(settings.Repair.OrphanGrace) : settings.Repair.Interval, timeProvider, stoppingToken);
            await Task.Delay(Settling, timeProvider, stoppingToken);
        }
    }

    private TimeSpan Shorter(TimeSpan pause) => pause < settings.Repair.Interval ? pause : settings.Repair.Interval;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await networks.RunAsync(cancellationToken);
        }
        catch (DockerUnreachableException)
        {
            // dockerd is down or starting. The repair loop reports it, and the next connection raises the signal.
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            logger.AutoNetworksFailed(failure); // The loop outlives a failed pass.
        }
    }
}
