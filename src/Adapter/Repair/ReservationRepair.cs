using System.Net;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair;

/// <summary>Addresses that nobody will release any more: cut off in the making, of an earlier boot, or forgotten by Docker.</summary>
internal sealed class ReservationRepair(
    Journal journal, IpamRuns runs, RetryTimes retries, IDockerEngine docker, AdapterSettings settings, TimeProvider timeProvider)
{
    /// <summary>
    /// Docker reserves, and makes the endpoint right after; it releases right after the endpoint's end. A pause is no proof, a long one is.
    /// </summary>
    private static readonly TimeSpan ShortestGrace = TimeSpan.FromSeconds(10);

    // Touched by one round at a time.
    private readonly Dictionary<string, DateTimeOffset> _unusedSince = new(StringComparer.Ordinal);

    // What an earlier process left, as it was before the first call of this one.
    private IReadOnlyList<ReservationRecord> _inherited = [];

    /// <summary>Before the first call is answered, and after the journal has been read.</summary>
    public void Resume() => _inherited = [.. journal.Reservations.All];

    /// <summary>
    /// What an earlier process began, and everything of an earlier boot: Docker's endpoints end with it, the plugin's store does not.
    /// </summary>
    public async Task FinishInterruptedAsync(CancellationToken cancellationToken)
    {
        var bootId = BootId.Current();
        foreach (var record in _inherited.Where(record => record.BootId != bootId || record.Phase == ReservationPhase.Reserving))
        {
            await ReleaseAsync(record, cancellationToken);
        }
    }

    /// <summary>Tries again what could not be released before, and what had to wait for its attachment.</summary>
    public async Task RetryAsync(CancellationToken cancellationToken)
    {
        foreach (var record in journal.Reservations.All.Where(record => record.Phase == ReservationPhase.Releasing && IsUnused(record)).ToArray())
        {
            if (retries.Due(record.ContainerId) <= timeProvider.GetUtcNow())
            {
                await ReleaseAsync(record, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Releases what no attachment has used for a while, unless Docker uses it on a network of another driver; only to be asked when
    /// Docker answers, because its calls might still be on their way otherwise.
    /// </summary>
    /// <exception cref="DockerException">Docker does not say what it uses.</exception>
    public async Task ReleaseForgottenAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var unused = journal.Reservations.All
            .Where(record => record.Phase == ReservationPhase.Reserved && IsUnused(record)).ToDictionary(record => record.ContainerId);
        foreach (var used in _unusedSince.Keys.Where(id => !unused.ContainsKey(id)).ToArray())
        {
            _unusedSince.Remove(used);
        }

        var forgotten = unused.Values.Where(record => !_unusedSince.TryAdd(record.ContainerId, now) && now - _unusedSince[record.ContainerId] >= Grace).ToArray();
        if (forgotten.Length == 0)
        {
            return;
        }

        var elsewhere = await docker.AddressesElsewhereAsync(settings.DriverName, cancellationToken);
        foreach (var record in forgotten.Where(record => !record.Addresses.Any(address => elsewhere.Contains(IPAddress.Parse(address.Ip)))))
        {
            await ReleaseAsync(record, cancellationToken);
        }
    }

    /// <summary>
    /// When to look again; null when nothing is waiting. What could have been released already waits for Docker to answer, and its answering wakes
    /// us.
    /// </summary>
    public DateTimeOffset? NextLook => journal.Reservations.All
        .Where(record => record.Phase == ReservationPhase.Releasing && IsUnused(record))
        .Select(record => (DateTimeOffset?)retries.Due(record.ContainerId))
        .Concat(_unusedSince.Values.Select(since => (DateTimeOffset?)(since + Grace)).Where(look => look > timeProvider.GetUtcNow())).Min();

    private TimeSpan Grace => settings.Repair.OrphanGrace > ShortestGrace ? settings.Repair.OrphanGrace : ShortestGrace;

    private bool IsUnused(ReservationRecord record) => !journal.Attachments.All.Any(attachment => attachment.ContainerId == record.ContainerId);

    private async Task ReleaseAsync(ReservationRecord record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await runs.ReleaseAsync(record);
        if (journal.Reservations.Find(record.ContainerId) is null)
        {
            retries.Forget(record.ContainerId);
        }
        else if (IsUnused(record))
        {
            retries.Failed(record.ContainerId);
        }
    }
}
