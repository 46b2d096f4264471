using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Holds the journal against what Docker says it has: learns names, takes over networks that the journal lost, and finds endpoints that
/// Docker has forgotten without a word (after kill -9 of dockerd it says none). Runs in the background only: Docker may be waiting for us
/// in a call.
/// </summary>
internal sealed class DockerComparison(
    IDockerEngine docker, Journal journal, Repairer repairer, Arrivals arrivals, AttachmentGates gates, ConfigurationDirectory configurations,
    DockerNames names, AdapterSettings settings, TimeProvider timeProvider, ILogger<DockerComparison> logger)
{
    // Touched by one round at a time. An endpoint counts as forgotten only when it stays missing: Docker calls us before it lists a new one.
    private readonly Dictionary<string, DateTimeOffset> _missingSince = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var networks = await docker.CniNetworksAsync(settings.DriverName, cancellationToken);
        names.SetNetworks(networks);
        Adopt(networks);
        foreach (var networkId in journal.Attachments.All.Select(record => record.NetworkId).Distinct().ToArray())
        {
            var endpoints = await docker.EndpointsAsync(networkId, cancellationToken);
            await CompareAsync(networkId, endpoints, cancellationToken);
        }

        ForgetNetworks(networks);
        foreach (var gone in _missingSince.Keys.Where(id => journal.Attachments.Find(id) is null && journal.Networks.Find(id) is null).ToArray())
        {
            _missingSince.Remove(gone);
        }
    }

    /// <summary>Learns the names of what came since the last round, for somebody who asks about it by name right after <c>docker run</c>.</summary>
    /// <exception cref="DockerException">Docker does not say.</exception>
    public async Task LearnNewNamesAsync(CancellationToken cancellationToken)
    {
        foreach (var networkId in journal.Attachments.All.Where(IsNameless).Select(record => record.NetworkId).Distinct().ToArray())
        {
            var endpoints = await docker.EndpointsAsync(networkId, cancellationToken);
            foreach (var record in journal.Attachments.All.Where(record => record.NetworkId == networkId && IsNameless(record)).ToArray())
            {
                if (endpoints?.Find(record.EndpointId) is { } container)
                {
                    await LearnNameAsync(record.EndpointId, container.Name, cancellationToken);
                }
            }
        }
    }

    /// <summary>Something may turn out to be forgotten soon, so the next look should not wait long.</summary>
    public bool SomethingIsMissing => _missingSince.Count > 0;

    private async Task CompareAsync(string networkId, DockerNetworkEndpoints? endpoints, CancellationToken cancellationToken)
    {
        foreach (var record in journal.Attachments.All.Where(record => record.NetworkId == networkId && IsMade(record)).ToArray())
        {
            if (endpoints?.Find(record.EndpointId) is { } container)
            {
                _missingSince.Remove(record.EndpointId);
                await LearnNameAsync(record.EndpointId, container.Name, cancellationToken);
            }
            else if (StaysMissing(record.EndpointId) && await MayTakeAsync(record, networkKnown: endpoints is not null, cancellationToken))
            {
                await repairer.DetachAsync(record, "Docker does not have its endpoint any more", cancellationToken);
            }
        }
    }

    // While an endpoint is being made or undone Docker does not list it, and somebody is at work on it already.
    private static bool IsMade(AttachmentRecord record) => record.Phase is AttachmentPhase.Prepared or AttachmentPhase.Added or AttachmentPhase.Joined;

    private static bool IsNameless(AttachmentRecord record) => IsMade(record) && record.ContainerName is null;

    // An unknown network may be another Docker's: what is in use there is left alone.
    private async Task<bool> MayTakeAsync(AttachmentRecord record, bool networkKnown, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(record.EndpointId, cancellationToken);
        if (journal.Attachments.Find(record.EndpointId)?.Phase != record.Phase)
        {
            return false; // It went on while we waited; the next round sees it as it is then.
        }

        if (networkKnown || record.Phase != AttachmentPhase.Joined || await arrivals.TryFinishAsync(record) != ArrivalState.Arrived)
        {
            return true;
        }

        logger.ForeignEndpoint(record.EndpointId, settings.DockerSocket);
        return false;
    }

    private async Task LearnNameAsync(string endpointId, string name, CancellationToken cancellationToken)
    {
        using var passage = await gates.EnterAsync(endpointId, cancellationToken);
        if (journal.Attachments.Find(endpointId) is { } record && record.ContainerName != name)
        {
            journal.Attachments.Write(record with { ContainerName = name });
        }
    }

    private bool StaysMissing(string id)
    {
        var now = timeProvider.GetUtcNow();
        return _missingSince.TryAdd(id, now) ? false : now - _missingSince[id] >= settings.Repair.OrphanGrace;
    }

    private void Adopt(IReadOnlyList<DockerNetwork> networks)
    {
        foreach (var network in networks)
        {
            _missingSince.Remove(network.Id);
            if (journal.Networks.Find(network.Id) is not null)
            {
                continue;
            }

            try
            {
                var cniNetwork = CniNetworks.Choose(configurations.Load(), NetworkPairs.NamedBy(network));
                journal.Networks.Write(NetworkOptions.Of(network.Options, Ipam(network)).ToRecord(network.Id, cniNetwork.Name) with { Internal = network.Internal });
                logger.NetworkAdopted(network.Id, cniNetwork.Name);
            }
            catch (CnmException unknown)
            {
                logger.NetworkNotAdopted(network.Id, settings.DriverName, unknown.Message);
            }
        }
    }

    private IpamMode Ipam(DockerNetwork network) => network.IpamDriver switch
    {
        "null" => IpamMode.Null,
        var driver when driver == settings.DriverName => IpamMode.Cni,
        _ => IpamMode.Docker,
    };

    private void ForgetNetworks(IReadOnlyList<DockerNetwork> networks)
    {
        var known = networks.Select(network => network.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var record in journal.Networks.All.Where(record => !known.Contains(record.NetworkId)).ToArray())
        {
            var inUse = journal.Attachments.All.Any(attachment => attachment.NetworkId == record.NetworkId);
            if (!inUse && StaysMissing(record.NetworkId))
            {
                journal.Networks.Remove(record.NetworkId);
                logger.NetworkForgotten(record.NetworkId);
            }
        }
    }
}
