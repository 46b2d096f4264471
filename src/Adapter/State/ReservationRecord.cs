using System.Text.Json;

namespace Bridge.Adapter.State;

/// <summary>
/// Addresses that the CNI network's own IPAM plugin gave ahead of the interface. Written before that plugin runs, dropped only when its
/// DEL has succeeded.
/// The attachment that adopts it is told to plugins under the same id.
/// </summary>
/// <param name="ContainerId">CNI_CONTAINERID of the reservation, and of the attachment that adopts it.</param>
/// <param name="CniNetwork">Name of the CNI network.</param>
internal sealed record ReservationRecord(string ContainerId, string CniNetwork) : IRecord
{
    public int Version { get; init; } = RecordKinds.Reservation.CurrentVersion;

    public required ReservationPhase Phase { get; init; }

    /// <summary>The boot in which it was made: no endpoint of Docker's outlives one, the plugin's store does.</summary>
    public required string BootId { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>The MAC that Docker chose: what ties the requests for the two families of one endpoint together.</summary>
    public string? Mac { get; init; }

    /// <summary>The container's name, where the engine tells it.</summary>
    public string? ContainerName { get; init; }

    /// <summary>The configuration list as the IPAM plugin was given it.</summary>
    public required JsonElement Configuration { get; init; }

    public IReadOnlyList<CniArgument> Arguments { get; init; } = [];

    public JsonElement? Capabilities { get; init; }

    /// <summary>What the plugin answered: addresses, routes, DNS.</summary>
    public JsonElement? Result { get; init; }

    public IReadOnlyList<ReservedAddress> Addresses { get; init; } = [];

    /// <summary>The endpoint that has adopted it.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Failed attempts to release it, and what the last one said.</summary>
    public int CleanupAttempts { get; init; }

    public string? CleanupError { get; init; }

    string IRecord.Id => ContainerId;
}

/// <param name="Address">In CIDR notation, with the prefix length that the plugin gave.</param>
/// <param name="IsClaimed">Docker has asked for it and not released it yet. An address of a family that the Docker network does not have
/// never is.</param>
internal sealed record ReservedAddress(string Address, bool IsClaimed)
{
    public string Ip => Address[..Address.IndexOf('/')];

    public bool IsIPv6 => Address.Contains(':');
}

/// <summary>How far a reservation has come. Only forward.</summary>
internal enum ReservationPhase
{
    /// <summary>The IPAM plugin may have run.</summary>
    Reserving,

    /// <summary>The addresses are ours.</summary>
    Reserved,

    /// <summary>To be released, once no attachment uses it any more.</summary>
    Releasing,
}
