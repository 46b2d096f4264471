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
internal sealed class Journal(string stateDirectory)
{
    public RecordDirectory<NetworkRecord> Networks { get; } = new(Path.Combine(stateDirectory, "networks"), StateJson.Default.NetworkRecord);

    public RecordDirectory<AttachmentRecord> Attachments { get; } =
        new(Path.Combine(stateDirectory, "attachments"), StateJson.Default.AttachmentRecord);

    public RecordDirectory<ReservationRecord> Reservations { get; } =
        new(Path.Combine(stateDirectory, "reservations"), StateJson.Default.ReservationRecord);

    public IReadOnlyList<(string File, string Reason)> Load() => [.. Networks.Load(), .. Attachments.Load(), .. Reservations.Load()];
}
