namespace Bridge.Adapter.State;

/// <summary>
/// The bridge's whole memory, node-local:
/// <code>
/// STATE/                mode 0700
///   lock                held by the one running daemon
///   networks/           one NetworkRecord per Docker network
///   attachments/        one AttachmentRecord per endpoint: intent before the first plugin, gone after DEL
///   reservations/       one ReservationRecord per address reserved ahead: intent before the IPAM plugin, gone after its DEL
/// </code>
/// </summary>
/// <param name="stateDirectory">STATE.</param>
/// <param name="couldNotWrite">Told of each record of something being undone that could not be brought to the disk.</param>
internal sealed class Journal(string stateDirectory, Action<string, Exception>? couldNotWrite = null)
{
    public RecordDirectory<NetworkRecord> Networks { get; } = new(Path.Combine(stateDirectory, "networks"), RecordKinds.Network, couldNotWrite);

    public RecordDirectory<AttachmentRecord> Attachments { get; } = new(Path.Combine(stateDirectory, "attachments"), RecordKinds.Attachment, couldNotWrite);

    public RecordDirectory<ReservationRecord> Reservations { get; } = new(Path.Combine(stateDirectory, "reservations"), RecordKinds.Reservation, couldNotWrite);

    /// <summary>The networks that Docker has, as far as is known.</summary>
    public IEnumerable<NetworkRecord> ListedNetworks => Networks.All.Where(record => record.UnlistedSince is null);

    public long WriteFailures => Networks.WriteFailures + Attachments.WriteFailures + Reservations.WriteFailures;

    /// <summary>Something may be attached or reserved of which nothing is known: that no record has an id is no proof then that nobody uses it.</summary>
    public bool HasUnreadable => Attachments.HasUnreadable || Reservations.HasUnreadable;

    public IReadOnlyList<(string File, string Reason)> Load() => [.. Networks.Load(), .. Attachments.Load(), .. Reservations.Load()];
}
