using System.Net;
using Bridge.Adapter.Attachments;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>
/// Reservations that no attachment uses, and Docker neither for the endpoint that has adopted them nor on a network of another driver. Only while Docker answers, because its calls
/// might still be on their way otherwise.
/// </summary>
internal sealed class ReservationInspection(
    Journal journal, ReservationRepair repair, LostAttachments lost, Repairer repairer, IDockerEngine docker, AdapterSettings settings) : IInspection
{
    /// <summary>
    /// Docker reserves, and makes the endpoint right after; it releases right after the endpoint's end. A pause is no proof, a long one is.
    /// </summary>
    private static readonly TimeSpan ShortestGrace = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken)
    {
        if (context.Docker is not { } view)
            return null;

        var unused = journal.Reservations.All
            .Where(record => record.Phase == ReservationPhase.Reserved && repair.IsUnused(record) && !(record.EndpointId is { } endpoint && view.Has(endpoint))).ToArray();
        var elsewhere = unused.Length == 0 ? new HashSet<IPAddress>() : await docker.AddressesElsewhereAsync(settings.DriverName, cancellationToken);
        return
        [
            .. unused.Where(record => !record.Addresses.Any(address => elsewhere.Contains(IPAddress.Parse(address.Ip)))).Select(record => new Finding(
                FindingKind.UnusedReservation, record.ContainerId, record.Text(), "no endpoint uses it, and Docker has not released it")
            {
                Grace = settings.Repair.OrphanGrace > ShortestGrace ? settings.Repair.OrphanGrace : ShortestGrace,
                Repair = token => ReleaseAsync(record, token),
            }),
        ];
    }

    // What was attached with it may be there still, where the record of that is lost.
    private async Task<RepairResult> ReleaseAsync(ReservationRecord record, CancellationToken cancellationToken)
    {
        if (record.EndpointId is { } endpoint && await lost.FindAsync(endpoint, networkId: "", cancellationToken) is { } attachment)
        {
            var undone = await repairer.DetachAsync(attachment, "its record was lost", _ => Task.FromResult(true), cancellationToken);
            if (undone.State != FindingState.Repaired)
                return undone;
        }

        return await repair.ReleaseAsync(record, current => current.Phase == ReservationPhase.Reserved, cancellationToken);
    }
}
