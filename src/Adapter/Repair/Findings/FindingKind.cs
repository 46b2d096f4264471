using System.Text.Json;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>In what the journal, Docker, the kernel and the stores of IPAM plugins can disagree.</summary>
internal enum FindingKind
{
    /// <summary>Docker has a network of this driver that the journal does not have.</summary>
    UnrecordedNetwork,

    /// <summary>The journal has a network that Docker does not have any more.</summary>
    ForgottenNetwork,

    /// <summary>The journal has an attachment whose endpoint Docker does not have any more.</summary>
    ForgottenAttachment,

    /// <summary>Docker has an endpoint on one of our networks that the journal does not have.</summary>
    UnrecordedEndpoint,

    /// <summary>Docker has an endpoint on one of our networks whose container it does not have.</summary>
    OrphanedEndpoint,

    /// <summary>A container that Docker gave up starting while its network could not be attached yet.</summary>
    StrandedContainer,

    /// <summary>An address is reserved that no endpoint uses.</summary>
    UnusedReservation,

    /// <summary>An attachment or reservation was begun, and nobody is at work on it.</summary>
    CutOff,

    /// <summary>Something is to be undone and could not be yet.</summary>
    PendingCleanup,

    /// <summary>A record's file could not be read and was set aside.</summary>
    UnreadableRecord,

    /// <summary>Somebody has removed a record's file while the daemon was running.</summary>
    MissingRecord,

    /// <summary>A staging namespace that belongs to no record.</summary>
    OrphanedNamespace,

    /// <summary>A link in the host's namespace with a name like ours that belongs to no record.</summary>
    UnclaimedLink,

    /// <summary>A running container's link is in no place where it could be.</summary>
    LostLink,

    /// <summary>An address of ours that its IPAM plugin does not know to be given away any more.</summary>
    StolenAddress,

    /// <summary>An address of ours that its IPAM plugin has given to somebody else.</summary>
    ContestedAddress,

    /// <summary>An address that two containers of ours have.</summary>
    SharedAddress,

    /// <summary>A published port of ours that a program of the host, or another runtime, took while the daemon was not running.</summary>
    ContestedPort,

    /// <summary>Ports of a container that nobody publishes any more, since a network of another driver left that did.</summary>
    UnpublishedPort,
}

internal static class FindingKindText
{
    /// <summary>As it is printed, and as the metrics call it: <c>stolen-address</c>.</summary>
    public static string Text(this FindingKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
