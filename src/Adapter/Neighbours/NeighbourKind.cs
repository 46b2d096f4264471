using System.Text.Json.Serialization;

namespace Bridge.Adapter.Neighbours;

/// <summary>What somebody on a CNI network is.</summary>
internal enum NeighbourKind
{
    /// <summary>A Docker container, attached by this bridge.</summary>
    [JsonStringEnumMemberName("container")]
    Container,

    /// <summary>An address that this bridge has reserved for a container that is not attached yet.</summary>
    [JsonStringEnumMemberName("reservation")]
    Reservation,

    /// <summary>A Kubernetes pod.</summary>
    [JsonStringEnumMemberName("pod")]
    Pod,

    /// <summary>An owner of addresses whom nobody here can name: of another runtime, or left behind by one.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}
