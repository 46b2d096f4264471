using System.Text.Json;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>How the journal, Docker, the kernel and the stores of IPAM plugins can disagree. docs/repair.md has a row for each.</summary>
internal enum FindingKind
{
    /// <summary>Docker has a network of this driver that the journal does not have.</summary>
    UnrecordedNetwork,

    /// <summary>The journal has a network that Docker does not have any more.</summary>
    ForgottenNetwork,

    /// <summary>Docker keeps another subnet or gateway of a network than its CNI network has now.</summary>
    OutdatedNetwork,

    /// <summary>The journal has an attachment whose endpoint Docker does not have any more.</summary>
    ForgottenAttachment,

    /// <summary>Docker has an endpoint on a network of this driver that the journal does not have.</summary>
    UnrecordedEndpoint,

    /// <summary>Docker has an endpoint on a network of this driver whose container it does not have.</summary>
    OrphanedEndpoint,

    /// <summary>Docker gave up starting a container because its network could not be attached yet.</summary>
    StrandedContainer,

    /// <summary>No endpoint uses a reserved address.</summary>
    UnusedReservation,

    /// <summary>An attachment or reservation was begun, and nothing continues it.</summary>
    CutOff,

    /// <summary>A clean-up has failed and is retried.</summary>
    PendingCleanup,

    /// <summary>A record's file could not be read and was set aside.</summary>
    UnreadableRecord,

    /// <summary>A record's file was removed while cnm-cni was running.</summary>
    MissingRecord,

    /// <summary>A staging namespace without a record.</summary>
    OrphanedNamespace,

    /// <summary>A link in the host's namespace that is named as cnm-cni names its links, without a record.</summary>
    UnclaimedLink,

    /// <summary>The link of a running container is nowhere.</summary>
    LostLink,

    /// <summary>What plugins made on the host for a running container is gone: firewall rules, a bridge.</summary>
    MissingOnHost,

    /// <summary>An address of a container that its IPAM plugin has no record of any more.</summary>
    StolenAddress,

    /// <summary>An address of a container that its IPAM plugin has given to another one.</summary>
    ContestedAddress,

    /// <summary>Two containers of cnm-cni have the same address.</summary>
    SharedAddress,

    /// <summary>A program of the host, or another runtime, took a published port while cnm-cni was not running.</summary>
    ContestedPort,

    /// <summary>The network of another driver that published a container's ports was disconnected, and nothing publishes them.</summary>
    UnpublishedPort,
}

internal static class FindingKindText
{
    /// <summary>As in output and metrics: <c>stolen-address</c>.</summary>
    public static string Text(this FindingKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
