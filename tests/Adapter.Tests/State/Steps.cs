using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.State;

/// <summary>Brings records to where a test wants them, by the moves that they make.</summary>
internal static class Steps
{
    private static readonly AttachmentPhase[] ToJoined = [AttachmentPhase.Adding, AttachmentPhase.Added, AttachmentPhase.Joined,
        AttachmentPhase.Deleting];
    private static readonly ReservationPhase[] ToReleasing = [ReservationPhase.Reserving, ReservationPhase.Reserved,
        ReservationPhase.Releasing];

    public static void Bring(this RecordDirectory<AttachmentRecord> attachments, AttachmentRecord record)
    {
        foreach (var phase in attachments.Find(record.EndpointId) is null ? ToJoined.TakeWhile(phase => phase < record.Phase) : [])
            attachments.Write(record with { Phase = phase });

        attachments.Write(record);
    }

    public static void Bring(this RecordDirectory<ReservationRecord> reservations, ReservationRecord record)
    {
        foreach (var phase in reservations.Find(record.ContainerId) is null ? ToReleasing.TakeWhile(phase => phase < record.Phase) : [])
            reservations.Write(record with { Phase = phase });

        reservations.Write(record);
    }
}
