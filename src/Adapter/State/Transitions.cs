using System.Diagnostics;
using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>
/// The phases of records: which may follow which (docs/state.md has the picture), and the one place that writes each.
/// A clean-up goes on when its record cannot be written (<see cref="RecordDirectory{T}.Keep"/>); nothing else does.
/// </summary>
internal static class Transitions
{
    /// <returns>The record in its new phase.</returns>
    /// <exception cref="ImpossibleTransitionException">The record cannot enter that phase.</exception>
    /// <exception cref="JournalException">It could not be written; not thrown for <see cref="AttachmentPhase.Deleting"/>.</exception>
    public static AttachmentRecord Enter(
        this RecordDirectory<AttachmentRecord> attachments, AttachmentRecord record, AttachmentPhase phase) =>
        Put(attachments, record with { Phase = phase });

    /// <returns>The record in its new phase.</returns>
    /// <exception cref="ImpossibleTransitionException">The record cannot enter that phase.</exception>
    /// <exception cref="JournalException">It could not be written; not thrown for <see cref="ReservationPhase.Releasing"/>.</exception>
    public static ReservationRecord Enter(
        this RecordDirectory<ReservationRecord> reservations, ReservationRecord record, ReservationPhase phase) =>
        Put(reservations, record with { Phase = phase });

    /// <summary>
    /// Gives an attachment that was made ahead to its next owner, or back to the pool: both records change, or none. First the next
    /// owner's is written: between the two, recovery drops the record of the warm attachment.
    /// </summary>
    /// <param name="attachments">The journal's.</param>
    /// <param name="next">The record of the next owner.</param>
    /// <param name="previous">The id of the previous owner's record.</param>
    /// <exception cref="IOException">The records are as they were.</exception>
    public static AttachmentRecord ChangeHands(this RecordDirectory<AttachmentRecord> attachments, AttachmentRecord next, string previous)
    {
        next = attachments.Enter(next, AttachmentPhase.Added);
        try
        {
            attachments.Remove(previous);
            return next;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            attachments.Remove(next.EndpointId);
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>Records one more failed attempt.</summary>
    public static void NoteFailedCleanup<T>(this RecordDirectory<T> records, T record, string error) where T : PluginRecord =>
        records.Keep(record with { CleanupAttempts = record.CleanupAttempts + 1, CleanupError = error });

    /// <exception cref="ImpossibleTransitionException">An attachment cannot do that, or what the plugins were given at ADD
    /// changes.</exception>
    public static void Require(AttachmentRecord? from, AttachmentRecord? to)
    {
        if (!IsPossible(from?.Phase, to?.Phase) && !Changes(from, to))
            throw Impossible(from, to, from?.Phase, to?.Phase);

        if (from is { Phase: not AttachmentPhase.Prepared } && to is not null && Changed(from, to) is { } changed)
            throw Impossible(from, to, from.Phase, to.Phase, $"its {changed} would differ from what the plugins were given");
    }

    /// <exception cref="ImpossibleTransitionException">A reservation cannot do that, or would change its endpoint.</exception>
    public static void Require(ReservationRecord? from, ReservationRecord? to)
    {
        if (!IsPossible(from?.Phase, to?.Phase))
            throw Impossible(from, to, from?.Phase, to?.Phase);

        var isFree = to is { EndpointId: null, Phase: ReservationPhase.Reserved } && !to.Addresses.Any(address => address.IsClaimed);
        if (from?.EndpointId is { } adopted && to is not null && to.EndpointId != adopted && !isFree)
            throw Impossible(from, to, from.Phase, to.Phase, $"endpoint {adopted} has adopted it");
    }

    private static T Put<T>(RecordDirectory<T> records, T record) where T : PluginRecord
    {
        if (!record.IsCleanupPending)
        {
            records.Write(record);
            return record;
        }

        record = record with { CausedBy = record.CausedBy ?? (Activity.Current is { Recorded: true } call ? call.Id : null) };
        records.Keep(record);
        return record;
    }

    private static bool IsPossible(AttachmentPhase? from, AttachmentPhase? to) => (from, to) switch
    {
        (null, AttachmentPhase.Prepared or AttachmentPhase.Adding) => true,
        (AttachmentPhase.Prepared, AttachmentPhase.Prepared or AttachmentPhase.Adding or null) => true,

        // Joined at once with direct attach; null after an ADD whose DEL has succeeded.
        (AttachmentPhase.Adding, _) => to != AttachmentPhase.Prepared,
        (AttachmentPhase.Added, AttachmentPhase.Added or AttachmentPhase.Joined or AttachmentPhase.Deleting) => true,
        (AttachmentPhase.Joined, AttachmentPhase.Joined or AttachmentPhase.Deleting) => true,
        (AttachmentPhase.Deleting, AttachmentPhase.Deleting or null) => true,
        _ => false,
    };

    // An attachment that was made ahead changes hands as it is: the record of its next owner is written, then that of the previous one is
    // removed.
    private static bool Changes(AttachmentRecord? from, AttachmentRecord? to) => (from, to) switch
    {
        (null, { Phase: AttachmentPhase.Added, AsMade: not null }) => true,
        ({ Phase: AttachmentPhase.Added or AttachmentPhase.Joined, AsMade: not null }, null) => true,
        _ => false,
    };

    private static bool IsPossible(ReservationPhase? from, ReservationPhase? to) => (from, to) switch
    {
        // Reserved: restored from the attachment that uses it.
        (null, ReservationPhase.Reserving or ReservationPhase.Reserved) => true,

        // Null after an ADD whose DEL has succeeded.
        (ReservationPhase.Reserving, _) => true,
        (ReservationPhase.Reserved, ReservationPhase.Reserved or ReservationPhase.Releasing) => true,
        (ReservationPhase.Releasing, ReservationPhase.Releasing or null) => true,
        _ => false,
    };

    // DEL must be given what ADD was given.
    private static string? Changed(AttachmentRecord from, AttachmentRecord to) => from switch
    {
        _ when from.CniNetwork != to.CniNetwork => "CNI network",
        _ when from.ContainerId != to.ContainerId => "container id",
        _ when from.InterfaceName != to.InterfaceName => "interface name",
        _ when from.BootId != to.BootId => "boot",
        _ when !from.Arguments.SequenceEqual(to.Arguments) => "arguments",
        _ when !AreSame(from.Configuration, to.Configuration) => "configuration",
        _ when !AreSame(from.Capabilities, to.Capabilities) => "capability arguments",
        _ => null,
    };

    private static bool AreSame(RecordedJson? one, RecordedJson? other) => one is null
        ? other is null
        : one.Equals(other) || (other is not null && JsonElement.DeepEquals(one.Element, other.Element));

    private static ImpossibleTransitionException Impossible(
        PluginRecord? from, PluginRecord? to, Enum? before, Enum? after, string? reason = null)
    {
        var record = (from ?? to)!;
        var name = $"{(record is AttachmentRecord ? "attachment" : "reservation")} {record.Id}";
        return new($"{name} cannot go from {before?.ToString() ?? "nothing"} to {after?.ToString() ?? "nothing"}" +
            $"{(reason is null ? "" : $": {reason}")}. Nothing was written.");
    }
}

/// <summary>A record cannot follow the present one: an error of cnm-cni, caught before anything is written.</summary>
internal sealed class ImpossibleTransitionException(string message) : InvalidOperationException(message);
