using System.Diagnostics.Metrics;
using System.Net;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.State;

/// <summary>
/// All that cnm-cni remembers, node-local. <see cref="RecordDirectory{T}"/> explains what is in which of the two directories.
/// <code>
/// STATE/                mode 0700, survives a power cut
///   lock                held by the one running daemon
///   networks/           one NetworkRecord per Docker network
///   attachments/        AttachmentRecords whose plugins may leave something that outlives the kernel
///   reservations/       one ReservationRecord per address reserved ahead: written before the IPAM plugin, removed after its DEL
/// PRESENT/              mode 0700, survives the process
///   attachments/        one AttachmentRecord per endpoint: written before the first plugin, removed after DEL
///   reservations/       the reservations as they are
/// </code>
/// </summary>
internal sealed class Journal
{
    private const string NetworkRecords = "networks";
    private const string AttachmentRecords = "attachments";
    private const string ReservationRecords = "reservations";

    private readonly RecordIndex<AttachmentRecord> _byContainer;
    private readonly RecordIndex<AttachmentRecord> _bySandbox;
    private readonly RecordIndex<AttachmentRecord> _byAddress;
    private readonly RecordIndex<AttachmentRecord> _byMac;
    private readonly RecordIndex<ReservationRecord> _reservationsByAddress;
    private readonly RecordIndex<ReservationRecord> _reservationsByMac;
    private readonly RecordIndex<ReservationRecord> _reservationsByEndpoint;

    /// <param name="stateDirectory">STATE.</param>
    /// <param name="presentDirectory">PRESENT.</param>
    /// <param name="couldNotWrite">Called for each record of a clean-up that could not be written.</param>
    public Journal(string stateDirectory, string presentDirectory, Action<string, Exception>? couldNotWrite = null)
    {
        (string, string) Of(string kind) => (Path.Combine(stateDirectory, kind), Path.Combine(presentDirectory, kind));
        Networks = new(Path.Combine(stateDirectory, NetworkRecords), present: null, RecordKinds.Network, couldNotWrite);
        var (durable, present) = Of(AttachmentRecords);
        Attachments = new(durable, present, RecordKinds.Attachment, couldNotWrite, new SharedConfigurations().Share);
        (durable, present) = Of(ReservationRecords);
        Reservations = new(durable, present, RecordKinds.Reservation, couldNotWrite, new SharedConfigurations().Share);
        _byContainer = Attachments.IndexBy(record => [record.ContainerId]);
        _bySandbox = Attachments.IndexBy(record => [record.SandboxKey]);
        _byAddress = Attachments.IndexBy(RecordAddresses.Of);
        _byMac = Attachments.IndexBy(record => [record.Snapshot is { HasOwnMac: true, Mac: { } mac } ? mac : null]);
        _reservationsByAddress = Reservations.IndexBy(RecordAddresses.Of);
        _reservationsByMac = Reservations.IndexBy(record => [record.Mac]);
        _reservationsByEndpoint = Reservations.IndexBy(record => [record.EndpointId]);
    }

    /// <summary>The directories of records in STATE or PRESENT, whether they exist or not.</summary>
    public static IEnumerable<string> Directories(string directory) =>
        new[] { NetworkRecords, AttachmentRecords, ReservationRecords }.Select(kind => Path.Combine(directory, kind));

    public RecordDirectory<NetworkRecord> Networks { get; }

    public RecordDirectory<AttachmentRecord> Attachments { get; }

    public RecordDirectory<ReservationRecord> Reservations { get; }

    /// <summary>Everything for which plugins may have run, attachments first.</summary>
    public IEnumerable<PluginRecord> PluginRecords => Attachments.All.Concat<PluginRecord>(Reservations.All);

    /// <summary>The networks that Docker has, as far as is known.</summary>
    public IEnumerable<NetworkRecord> ListedNetworks => Networks.All.Where(record => record.UnlistedSince is null);

    public long WriteFailures => Networks.WriteFailures + Attachments.WriteFailures + Reservations.WriteFailures;

    /// <summary>Some attachment or reservation is unknown: a container id without a record may be in use all the same.</summary>
    public bool HasUnreadable => Attachments.HasUnreadable || Reservations.HasUnreadable;

    /// <summary>Files that <see cref="Load"/> could not read: set aside, or of a newer version and left in place.</summary>
    public IReadOnlyList<(string File, string Reason)> Unreadable { get; private set; } = [];

    /// <returns><see cref="Unreadable"/>.</returns>
    public IReadOnlyList<(string File, string Reason)> Load() =>
        Unreadable = [.. Networks.Load(), .. Attachments.Load(), .. Reservations.Load()];

    /// <summary>The record of the same kind and id as it is now.</summary>
    public PluginRecord? Current(PluginRecord record) =>
        record is AttachmentRecord ? Attachments.Find(record.Id) : Reservations.Find(record.Id);

    /// <summary>The attachment whose plugins run under this container id.</summary>
    public AttachmentRecord? UserOf(string containerId) => _byContainer[containerId] is [var user, ..] ? user : null;

    /// <summary>The attachments of one container, of which Docker has said so far.</summary>
    /// <param name="sandboxKey">The sandbox's path.</param>
    public IReadOnlyList<AttachmentRecord> AttachmentsIn(string sandboxKey) => _bySandbox[sandboxKey];

    /// <summary>The attachments with this address on their link, or, before that has been read, in their result or reserved.</summary>
    public IReadOnlyList<AttachmentRecord> AttachmentsWith(IPAddress address) => _byAddress[$"{address}"];

    /// <summary>The attachments whose link has this MAC, and does not share it with its parent.</summary>
    public IReadOnlyList<AttachmentRecord> AttachmentsWith(string mac) => _byMac[mac];

    /// <summary>The reservations of this address, claimed or not.</summary>
    public IReadOnlyList<ReservationRecord> ReservationsOf(IPAddress address) => _reservationsByAddress[$"{address}"];

    /// <summary>The reservations for the interface with this MAC.</summary>
    public IReadOnlyList<ReservationRecord> ReservationsFor(string mac) => _reservationsByMac[mac];

    /// <summary>The reservation that an endpoint has adopted.</summary>
    public ReservationRecord? AdoptedBy(string endpointId) => _reservationsByEndpoint[endpointId] is [var adopted, ..] ? adopted : null;

    /// <summary>
    /// The record is a reservation that an attachment uses: one with its container id, or one that adopted it and whose record cannot be
    /// read.
    /// </summary>
    public bool IsUsed(PluginRecord record) => record is ReservationRecord reservation && (UserOf(record.ContainerId) is not null
        || (reservation is { Phase: ReservationPhase.Reserved, EndpointId: { } endpoint } && Attachments.IsUnreadable(endpoint)));

    /// <param name="target">
    /// A container's name, an endpoint id or the beginning of one. Many names, like <c>db</c>, are the beginning of some id too: then the
    /// name counts alone.
    /// </param>
    public IReadOnlyList<AttachmentRecord> FindByTarget(string target)
    {
        // Every id begins with nothing.
        if (target.Length == 0)
            return [];

        AttachmentRecord[] named = [.. Attachments.All.Where(record => record.ContainerName == target)];
        return named.Length > 0
            ? named
            : [.. Attachments.All.Where(record => record.EndpointId.StartsWith(target, StringComparison.Ordinal))];
    }
}

/// <summary>A record is not on the disk, or not certainly: the disk is full, read-only or broken.</summary>
internal sealed class JournalException(string directory, Exception cause) : IOException(
    $"{directory} cannot be written: {ErrorDescription.OfFile(cause).TrimEnd('.')}. cnm-cni does not start work it cannot record. Free " +
    "disk space and retry.",
    cause);

/// <summary>Gauges of the journal, read when they are asked for. Every phase is there, also without a record in it.</summary>
internal sealed class JournalMetrics
{
    public JournalMetrics(AdapterMetrics metrics, Journal journal, TimeProvider timeProvider)
    {
        var meter = metrics.Meter;
        var start = timeProvider.GetUtcNow().ToUnixTimeSeconds();
        meter.CreateObservableGauge(
            "cnm_cni_info", () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", ProgramVersion.Number)),
                description: "The daemon's version.");
        meter.CreateObservableGauge("cnm_cni_up", () => 1L, description: "Whether the daemon answers.");
        meter.CreateObservableGauge("cnm_cni_start_time_seconds", () => start, description: "When the daemon started, since 1970.");
        meter.CreateObservableGauge("cnm_cni_networks", () => (long)journal.ListedNetworks.Count(),
            description: "Docker networks of this driver.");
        meter.CreateObservableGauge("cnm_cni_attachments",
            () => Phases([.. journal.Attachments.All.Where(record => !record.IsWarm)], record => record.Phase),
            description: "Attachments, by phase.");
        meter.CreateObservableGauge(
            "cnm_cni_reservations", () => Phases(journal.Reservations.All, record => record.Phase),
                description: "Addresses reserved ahead, by phase.");
        meter.CreateObservableGauge("cnm_cni_pending_releases", () => (long)Releases(journal).Count(),
            description: "Clean-ups of removed containers that wait or run in the background.");
        meter.CreateObservableGauge("cnm_cni_pending_cleanups", () => (long)Attempts(journal).Count(),
            description: "Clean-ups that have failed and are retried.");
        meter.CreateObservableGauge("cnm_cni_pending_cleanup_attempts", () => (long)Attempts(journal).Sum(),
            description: "Failed attempts of pending clean-ups.");
        meter.CreateObservableCounter("cnm_cni_journal_write_failures_total", () => journal.WriteFailures,
            description: "Records that could not be written.");
    }

    private static IEnumerable<Measurement<long>> Phases<TRecord, TPhase>(ICollection<TRecord> records, Func<TRecord, TPhase> phaseOf)
        where TPhase : struct, Enum
    {
        var counts = records.CountBy(phaseOf).ToDictionary();
        return Enum.GetValues<TPhase>().Select(phase => new Measurement<long>(
            counts.GetValueOrDefault(phase), new KeyValuePair<string, object?>("phase", phase.ToString().ToLowerInvariant())));
    }

    private static IEnumerable<string> Releases(Journal journal) => journal.PluginRecords
        .Where(record => record is { IsCleanupPending: true, CleanupAttempts: 0 }).Select(record => record.ContainerId).Distinct();

    private static IEnumerable<int> Attempts(Journal journal) => journal.PluginRecords
        .Where(record => record is { IsCleanupPending: true, CleanupAttempts: > 0 }).Select(record => record.CleanupAttempts);
}
