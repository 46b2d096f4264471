using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Warm;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Clean-ups that have failed. In the background they are retried at their own times, and `cnm-cni status` lists them; `cnm-cni repair`
/// tries them at once.
/// </summary>
internal sealed class PendingCleanupInspection(
    Journal journal, AttachmentGates gates, CleanupRunner cleanups, ReleaseQueue releases) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(context.Trigger == RepairTrigger.Background ? [] :
        [
            .. from record in journal.PluginRecords
               where record.IsCleanupPending && !journal.IsUsed(record)
               where record.CleanupAttempts > 0 || !IsFirstAttemptUnderWay(record)
               select new Finding(FindingKind.PendingCleanup, record.Id, record.Text(), record.CleanupError ?? "its clean-up waits")
               {
                   Repair = token => cleanups.CleanUpAsync(
                       record, "an earlier clean-up failed", current => Task.FromResult(current.IsCleanupPending), token),
               },
        ]);

    // It is not stuck. Of one that has failed before, a person wants to know whether it fails again.
    private bool IsFirstAttemptUnderWay(PluginRecord record) => releases.Has(record.ContainerId) || gates.IsEntered(record.Id);
}

/// <summary>
/// Records in an unfinished phase that no call works on: with a disk that is full at the wrong moment, neither the outcome nor the clean-up
/// can be recorded.
/// </summary>
internal sealed class CutOffInspection(
    Journal journal, AttachmentGates gates, CleanupRunner cleanups, AdapterSettings settings) : IInspection
{
    public Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>?>(
        [
            .. from record in journal.PluginRecords
               where record.IsUnfinished && !gates.IsEntered(record.Id) // Not by its time: the clock may have been set since.
               select new Finding(FindingKind.CutOff, record.Id, record.Text(), "its making was cut off, and nothing continues it")
               {
                   Grace = settings.Repair.OrphanGrace,
                   Repair = token => cleanups.CleanUpAsync(
                       record, "its making was cut off", current => Task.FromResult(current.IsUnfinished), token),
               },
        ]);
}

/// <summary>
/// Reservations that neither an endpoint's attachment, nor the endpoint that adopted them, nor a network of another driver uses; without
/// those of warm attachments that no container has. Only while Docker answers: otherwise its calls may still come.
/// </summary>
internal sealed class ReservationInspection(
    Journal journal, CleanupRunner cleanups, LostAttachments lost, WarmPool pool, WarmRelease warm, IDockerEngine docker,
    DriverName driver, AdapterSettings settings) : IInspection
{
    // Docker makes the endpoint right after it reserves, and releases right after the endpoint's end.
    private static readonly TimeSpan ShortestGrace = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (context.Docker is not { } view)
            return null;

        ReservationRecord[] unused =
        [
            .. journal.Reservations.All.Where(record => record.Phase == ReservationPhase.Reserved && !IsUsed(record)
                && !(record.EndpointId is { } endpoint && view.Has(endpoint))),
        ];
        var elsewhere = unused.Length == 0 ? new HashSet<IPAddress>()
            : await docker.AddressesElsewhereAsync(await driver.AskAsync(cancellationToken), cancellationToken);
        return
        [
            .. unused.Where(record => !record.KnownAddresses.Any(address => elsewhere.Contains(address.Address)))
                .Select(record => new Finding(
                FindingKind.UnusedReservation, record.ContainerId, record.Text(), "no endpoint uses it, and Docker has not released it")
            {
                Grace = settings.Repair.OrphanGrace > ShortestGrace ? settings.Repair.OrphanGrace : ShortestGrace,
                Repair = token => ReleaseAsync(record, token),
            }),
        ];
    }

    // Docker has requested the address of a warm attachment, or has not released it, and uses it in no endpoint.
    private bool IsUsed(ReservationRecord record) => journal.UserOf(record.ContainerId) is { IsWarm: true, Phase: AttachmentPhase.Added }
        ? Reservations.IsFree(record)
        : journal.IsUsed(record);

    // Its attachment may be there still, with a record that was lost.
    private async Task<RepairResult> ReleaseAsync(ReservationRecord record, CancellationToken cancellationToken)
    {
        if (journal.Attachments.Find(record.ContainerId) is { IsWarm: true })
        {
            if (!pool.TryMove(record.ContainerId, WarmState.Leaving, WarmState.Claimed, WarmState.Resting, WarmState.Ready)
                || IsUsed(record))
                return RepairResult.Unneeded;

            await warm.ReleaseAsync(record.ContainerId, "Docker uses its address in no endpoint");
            return RepairResult.Repaired("It is released, with the warm attachment that has it.");
        }

        if (record.EndpointId is { } endpoint && await lost.FindAsync(endpoint, networkId: "", cancellationToken) is { } attachment)
        {
            var result = await cleanups.CleanUpAsync(attachment, "its record was lost", mayCleanUp: null, cancellationToken);
            if (result.State != FindingState.Repaired)
                return result;
        }

        return await cleanups.CleanUpAsync(
            record,
            "no endpoint used it",
            current => Task.FromResult(current is ReservationRecord { Phase: ReservationPhase.Reserved }),
            cancellationToken);
    }
}
