using System.Text.Json.Serialization;

namespace Bridge.Adapter.State;

/// <summary>Addresses that the IPAM plugin of a CNI network gave before there is an interface.</summary>
/// <param name="ContainerId">CNI_CONTAINERID of the reservation, and of the attachment that adopts it.</param>
/// <param name="CniNetwork">Name of the CNI network.</param>
internal sealed record ReservationRecord(string ContainerId, string CniNetwork) : PluginRecord(CniNetwork)
{
    [JsonIgnore]
    public override string Id => ContainerId;

    public override int Version { get; init; } = RecordKinds.Reservation.CurrentVersion;

    public required ReservationPhase Phase { get; init; }

    public IReadOnlyList<ReservedAddress> Addresses { get; init; } = [];

    /// <summary>
    /// The whole chain as in its file, where its main plugin runs another one, whose configuration the IPAM plugin was given. Null: it is
    /// the same.
    /// </summary>
    public RecordedJson? Chain { get; init; }

    /// <summary>The endpoint that has adopted it.</summary>
    public string? EndpointId { get; init; }

    [JsonIgnore]
    public override IEnumerable<Cidr> KnownAddresses => Addresses.Select(address => Cidr.Parse(address.Address));

    [JsonIgnore]
    public override bool IsUnfinished => Phase == ReservationPhase.Reserving;

    [JsonIgnore]
    public override bool IsCleanupPending => Phase == ReservationPhase.Releasing;
}

/// <param name="Address">In CIDR notation, with the prefix length that the plugin gave.</param>
/// <param name="IsClaimed">Docker has requested it and not released it. Never true of a family that the Docker network does not
/// have.</param>
internal sealed record ReservedAddress(string Address, bool IsClaimed)
{
    [JsonIgnore]
    public string Ip => Cidr.BeforePrefix(Address);

    [JsonIgnore]
    public bool IsIPv6 => Address.Contains(':');
}

/// <summary>How far a reservation has come. Only forward.</summary>
internal enum ReservationPhase
{
    /// <summary>The IPAM plugin may have run.</summary>
    Reserving,

    /// <summary>The plugin gave the addresses.</summary>
    Reserved,

    /// <summary>To be released, once no attachment uses it.</summary>
    Releasing,
}
