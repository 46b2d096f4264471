using Bridge.Adapter.Attachments;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Warm;

/// <summary>
/// The end of an endpoint on a network with <c>cni.warm.reuse</c>: an attachment that the kernel shows as it was made becomes a warm one
/// again, in place of DEL and ADD.
/// </summary>
internal sealed class WarmReturn(
    WarmPool pool, WarmSignal signal, Journal journal, AttachmentGates gates, Detacher detacher, StagingSandboxes staging,
    ConfigurationDirectory configurations, AdapterSettings settings, TimeProvider timeProvider, ILogger<WarmReturn> logger)
{
    /// <summary>
    /// (1) DEL of the plugins that published ports, and of those that ran in the sandbox. (2) With direct attach the link moves back to the
    /// host namespace; otherwise Docker has moved it. (3) It is compared with what it was. (4) The attachment's path leads to its staging
    /// namespace again. (5) The record of the warm attachment is written, that of the endpoint removed. The caller holds the endpoint's
    /// gate.
    /// </summary>
    /// <returns>False: it must be cleaned up. Nothing but (1) and (2) was done.</returns>
    public async Task<bool> TryReturnAsync(AttachmentRecord record)
    {
        if (EntryOf(record) is not var (entry, most) || !pool.TryAdd(entry, most))
            return false;

        var isReturned = false;
        try
        {
            using var gate = await gates.EnterAsync(record.ContainerId, CancellationToken.None);
            record = await detacher.LeaveAsync(record); // (1)
            if (record is { Attach: AttachMode.Sandbox, SandboxKey: { } sandbox })
                staging.ReturnToHost(record.ContainerId, record.HostInterfaceName, sandbox, record.Snapshot!); // (2)

            if (WhyChanged(record) is { } change) // (3)
            {
                logger.NotReused(record.EndpointId, record.CniNetwork, change);
            }
            else
            {
                Return(record);
                isReturned = true;
            }
        }
        catch (Exception failure) when (failure is IOException or CniException)
        {
            logger.NotReused(record.EndpointId, record.CniNetwork, failure.Message);
        }
        finally
        {
            if (!isReturned)
                pool.Remove(entry.Id);
        }

        return isReturned && pool.TryMove(entry.Id, WarmState.Resting, WarmState.Making) && Wake();
    }

    /// <summary>Whether the attachment may become a warm one when its endpoint ends.</summary>
    public bool MayReturn(AttachmentRecord record) => EntryOf(record) is not null;

    /// <summary>Why a waiting link is not as it was made; null when it is.</summary>
    /// <param name="record">A warm attachment, or one whose link Docker has moved back.</param>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public string? WhyChanged(AttachmentRecord record)
    {
        if (staging.ReadWaiting(record.HostInterfaceName, record.Snapshot!) is not { } waiting)
            return $"its link is not in the host's namespace as {record.HostInterfaceName}";

        // Between a container's start and the record of that, a link has the container's MAC already.
        if (!record.IsWarm && waiting.Mac != record.Snapshot!.Mac)
            return "its MAC was changed";

        if (!record.IsWarm && waiting.Facts.Own.Any(fact => fact.Value == LinkFact.Unknown))
            return "the kernel does not show all of its properties";

        if (!record.IsWarm && record.SandboxKey is { } sandbox)
        {
            switch (staging.DevicesUpon(record.ContainerId, sandbox, waiting.Index))
            {
                case null:
                    return "its sandbox is gone, with what it may have made upon the link";
                case { Count: > 0 } upper:
                    return $"its container has made {string.Join(", ", upper)} upon the link";
            }
        }

        return record.AsMade!.DifferencesFrom(waiting.Facts) is { Count: > 0 } differences
            ? $"changed: {string.Join(", ", differences)}"
            : null;
    }

    private void Return(AttachmentRecord record)
    {
        staging.Create(record.ContainerId); // (4)
        var warm = record with
        {
            EndpointId = record.ContainerId,
            WarmSince = timeProvider.GetUtcNow(),
            Addresses = record.Reserved,
            Sysctls = [],
            RequestedPorts = [],
            PublishedPorts = null,
            SandboxKey = null,
            SandboxExistedAtJoin = false,
            SandboxInterfaceName = null,
            RanInSandbox = false,
            ArrivalProblem = null,
            ContainerName = null,
        };
        journal.Attachments.ChangeHands(warm, record.EndpointId); // (5)
    }

    // Rules and routes beside the link would stay in a container that goes on.
    private (WarmEntry Entry, int Most)? EntryOf(AttachmentRecord record)
    {
        if (record is not { AsMade: not null, Snapshot: not null, Phase: AttachmentPhase.Added or AttachmentPhase.Joined, IsWarm: false }
            || record.BootId != BootId.Current()
            || journal.Networks.Find(record.NetworkId) is not { UnlistedSince: null } docker || !WarmSupport.Reuses(docker, settings)
            || configurations.Load().Find(record.CniNetwork) is not { } network
            || record.Snapshot!.Rules.Count > 0 || record.Snapshot.Routes.Any(route => !route.HasLink)
            || record.Snapshot.Kind is not ("veth" or "macvlan"))
            return null;

        var current = WarmSupport.ConfigurationOf(network);
        var made = journal.Reservations.Find(record.ContainerId)?.Configuration
            ?? WarmSupport.ConfigurationOf(CniRecord.Configuration(record));
        return made.Equals(current)
            ? (new WarmEntry(record.ContainerId, record.NetworkId, record.CniNetwork, WarmState.Making, current),
                WarmSupport.Size(docker, network, settings))
            : null;
    }

    private bool Wake()
    {
        signal.Raise();
        return true;
    }
}
