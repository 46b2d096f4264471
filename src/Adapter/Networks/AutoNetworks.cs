using Bridge.Adapter.Docker;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Setting <c>autoNetworks</c>: one round of keeping a Docker network for every CNI network, under its name. Touches nothing but networks
/// that bear its label.
/// In the background only: Docker calls this driver back while it makes a network.
/// </summary>
internal sealed class AutoNetworks(
    IDockerEngine docker, ConfigurationDirectory configurations, AdapterSettings settings, TimeProvider timeProvider, ILogger<AutoNetworks> logger)
{
    private const string AutoLabel = "cnm-cni.auto";
    private const string PlanLabel = "cnm-cni.plan";

    // Touched by one round at a time. CNI networks that are gone count as gone only when they stay away: editors write a file by removing it first.
    private readonly Dictionary<string, long> _goneSince = new(StringComparer.Ordinal);

    // Touched by one round at a time. By CNI network, what the log was told of it last, so that it is told once.
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>A CNI network is gone, and soon it will have been for long enough.</summary>
    public bool SomethingIsGoing => _goneSince.Values.Any(since => !IsLongEnough(since));

    public static bool IsAuto(DockerNetwork network) => network.Labels.ContainsKey(AutoLabel);

    /// <exception cref="DockerUnreachableException">Docker does not answer: nothing can be done.</exception>
    /// <exception cref="DockerRefusalException">Docker does not list its networks.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var contents = configurations.Load();
        var networks = await docker.NetworksAsync(cancellationToken);
        foreach (var network in CniNetworks.Offered(contents))
            await KeepAsync(network, networks.FirstOrDefault(other => other.Name == network.Name), cancellationToken);

        var gone = networks.Where(network => IsOurs(network) && CniNetworks.Offered(contents).All(offered => offered.Name != network.Name)).ToArray();
        foreach (var network in gone.Where(StaysAway))
        {
            if (await IsRemovedAsync(network, "its CNI network is gone", cancellationToken))
                _goneSince.Remove(network.Id);
        }

        foreach (var back in _goneSince.Keys.Except(gone.Select(network => network.Id)).ToArray())
            _goneSince.Remove(back);
    }

    private async Task KeepAsync(NetworkConfiguration network, DockerNetwork? existing, CancellationToken cancellationToken)
    {
        if (existing is not null && !IsOurs(existing))
        {
            // One that somebody made by hand for this very CNI network does as well.
            if (existing.Driver != settings.DriverName || NetworkPairs.NamedBy(existing) is { } other && other != network.Name)
                Tell(network.Name, existing.Id, () => logger.NetworkNameTaken(network.Name, existing.Id, existing.Driver));

            return;
        }

        var plan = NetworkPlan.Of(network, NetworkPlan.IsIPv6Alone(network) && await docker.HasIPv6AloneAsync(cancellationToken), settings.SandboxPlugins);
        if (existing is not null
            && (existing.Labels.GetValueOrDefault(PlanLabel) == plan.Summary
                || !await IsRemovedAsync(existing, $"its CNI network changed to {plan.Summary}", cancellationToken)))
        {
            return;
        }

        await MakeAsync(network, plan, cancellationToken);
    }

    private async Task MakeAsync(NetworkConfiguration network, NetworkPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var labels = new Dictionary<string, string> { [AutoLabel] = "true", [PlanLabel] = plan.Summary };
            var wanted = plan.ToDocker(network.Name, settings.DriverName, new Dictionary<string, string>(), labels);
            var networkId = await docker.CreateNetworkAsync(wanted, cancellationToken);
            _told.Remove(network.Name);
            logger.NetworkMade(networkId, network.Name, plan.Summary);
        }
        catch (DockerRefusalException refusal)
        {
            Tell(network.Name, refusal.Message, () => logger.NetworkNotMade(network.Name, refusal.Message));
        }
    }

    private async Task<bool> IsRemovedAsync(DockerNetwork network, string why, CancellationToken cancellationToken)
    {
        try
        {
            if (!await docker.IsInUseAsync(network, cancellationToken))
            {
                await docker.RemoveNetworkAsync(network.Id, cancellationToken);
                _told.Remove(network.Name);
                logger.NetworkRemoved(network.Id, network.Name, why);
                return true;
            }

            Tell(network.Name, why, () => logger.NetworkKept(network.Id, network.Name, why, "containers are on it"));
        }
        catch (DockerRefusalException refusal)
        {
            // Somebody was attached in between, for instance.
            Tell(network.Name, why, () => logger.NetworkKept(network.Id, network.Name, why, refusal.Message));
        }

        return false;
    }

    private bool IsOurs(DockerNetwork network) => network.Driver == settings.DriverName && IsAuto(network);

    private bool StaysAway(DockerNetwork network) => !_goneSince.TryAdd(network.Id, timeProvider.GetTimestamp()) && IsLongEnough(_goneSince[network.Id]);

    private bool IsLongEnough(long goneSince) => timeProvider.GetElapsedTime(goneSince) >= settings.Repair.OrphanGrace;

    private void Tell(string network, string what, Action log)
    {
        if (_told.GetValueOrDefault(network) != what)
        {
            _told[network] = what;
            log();
        }
    }
}
