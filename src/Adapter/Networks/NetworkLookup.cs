using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Networks;

/// <summary>
/// The record of a network on which Docker makes an endpoint. Docker's word is enough for one that was put away; one that the journal has lost is taken
/// over in the background, where Docker can be asked, and waited for.
/// </summary>
internal sealed class NetworkLookup(Journal journal, DockerNames names, RepairSignal signal, StrandedContainers stranded, TimeProvider timeProvider)
{
    /// <summary>Docker lists its networks within a second or two, if it does while it waits for us.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="CnmException">It is unknown, and was not taken over in time.</exception>
    public async Task<NetworkRecord> FindAsync(string networkId, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var found = Listed(networkId); ; found = Listed(networkId))
        {
            if (found is not null)
                return found;

            // While it starts the containers that are to run always, Docker answers nobody.
            if (!names.EngineReachable || timeProvider.GetElapsedTime(start) >= Patience)
            {
                stranded.Note(cniNetwork: null);
                throw new CnmException(
                    $"cnm-cni has no record of Docker network {DockerId.Short(networkId)}: its state directory is newer than the network. " +
                    "It takes the network over as soon as Docker answers; start the container again then, or remove and create the network (cnm-cni repair tells). " +
                    StrandedContainers.Promise);
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
