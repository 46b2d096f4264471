using System.Collections.Concurrent;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using CniInvoker;

namespace Bridge.Adapter.Networks;

/// <summary>
/// Finds the record of a network on which Docker creates an endpoint. A call for it proves that Docker still has the network, so a record
/// marked as unlisted counts again. A lost record is restored in the background, from Docker's list of networks; the lookup waits for that.
/// </summary>
internal sealed class NetworkLookup(
    Journal journal, DockerNames names, RepairSignal signal, StrandedContainers stranded, TimeProvider timeProvider)
{
    /// <summary>Docker lists its networks within a second or two, if it answers at all during a driver call.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="CnmException">The network is unknown, and its record was not restored in time.</exception>
    public async Task<NetworkRecord> FindAsync(string networkId, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var found = Listed(networkId); ; found = Listed(networkId))
        {
            if (found is not null)
                return found;

            // Docker answers nothing while it starts containers by their restart policies.
            if (!names.EngineReachable || timeProvider.GetElapsedTime(start) >= Patience)
            {
                stranded.Note(cniNetwork: null);
                throw new CnmException(
                    $"cnm-cni has no record of Docker network {DockerId.Short(networkId)}: its state directory is newer than the " +
                    "network. It restores the record as soon as Docker answers (cnm-cni repair reports it); start the container again " +
                    $"then, or remove and create the network. {StrandedContainers.Promise}");
            }

            signal.Raise();
            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }

    private NetworkRecord? Listed(string networkId)
    {
        var record = journal.Networks.Find(networkId);
        if (record is { UnlistedSince: not null })
            journal.Networks.Write(record = record with { UnlistedSince = null });

        return record;
    }
}

/// <summary>
/// Remembers networks that Docker has just deleted. Docker lists a network until its own part of the deletion is done, so an older list
/// proves nothing; a network that stays listed still exists, because Docker's part failed.
/// </summary>
internal sealed class DeletedNetworks
{
    private const int Capacity = 256;

    private readonly Lock _lock = new();

    // Guarded by _lock. Docker does not reuse ids.
    private readonly Queue<string> _ids = new();

    public void Add(string networkId)
    {
        lock (_lock)
        {
            _ids.Enqueue(networkId);
            if (_ids.Count > Capacity)
                _ids.Dequeue();
        }
    }

    public bool Contains(string networkId)
    {
        lock (_lock)
            return _ids.Contains(networkId);
    }
}

/// <summary>
/// Logs warnings about the file of a CNI network, such as a <c>runtimeConfig</c> that no plugin will receive. Files may change after Docker
/// networks were created for them, so each warning is also logged, once, when a container is attached.
/// </summary>
internal sealed class FileWarnings(ILogger<FileWarnings> logger)
{
    private readonly ConcurrentDictionary<ConfigurationProblem, bool> _logged = new();

    public void LogOnce(NetworkConfiguration network)
    {
        foreach (var warning in network.Warnings.Where(warning => _logged.TryAdd(warning, true)))
            logger.OddConfiguration(warning.File, warning.Message);
    }

    /// <summary>Logs them again: a person who creates a network looks for the reason in the log.</summary>
    public void Log(IEnumerable<ConfigurationProblem> warnings)
    {
        foreach (var warning in warnings.Distinct())
        {
            _logged.TryAdd(warning, true);
            logger.OddConfiguration(warning.File, warning.Message);
        }
    }
}
