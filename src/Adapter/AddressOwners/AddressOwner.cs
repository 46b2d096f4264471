using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.AddressOwners;

/// <summary>A container, pod or other consumer that has addresses on a CNI network.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="ContainerId">Its CNI container id, which for a pod is the id of its sandbox; null when the IPAM plugin's store does not
/// name it.</param>
/// <param name="Addresses">Empty until they are known.</param>
internal sealed record AddressOwner(AddressOwnerKind Kind, string? ContainerId, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>The name of the container, or of the pod with its namespace (<c>default/web</c>); null when unknown.</summary>
    public string? Name { get; init; }

    /// <summary>Docker's endpoint id, of a container.</summary>
    public string? EndpointId { get; init; }

    /// <summary>The CNI network, of a container or a reservation.</summary>
    public string? CniNetwork { get; init; }

    /// <summary>For the middle of a sentence, such as <c>container web</c> or <c>pod default/web</c>.</summary>
    public string Description => (Kind, Name, EndpointId, ContainerId) switch
    {
        (AddressOwnerKind.Pod, { } name, _, _) => $"pod {name}",
        (AddressOwnerKind.Warm, _, _, _) => "a warm attachment, which waits for a container,",
        (AddressOwnerKind.Other, _, _, { } containerId) => $"container id {containerId} of another runtime",
        (AddressOwnerKind.Other, _, _, null) => "an owner that the IPAM plugin does not name",
        (_, { } name, _, _) => $"container {name}",
        (_, null, { } endpointId, _) => $"a container with endpoint {DockerId.Short(endpointId)}",
        _ => "a container that is being started",
    };

    /// <summary>Orders owners by their first address; those without an address come last.</summary>
    public static Comparer<AddressOwner> ByAddress { get; } =
        Comparer<AddressOwner>.Create((left, right) => (left.Addresses, right.Addresses) switch
    {
        ([], []) => string.CompareOrdinal(left.ContainerId, right.ContainerId),
        ([], _) => 1,
        (_, []) => -1,
        ([var first, ..], [var second, ..]) => Compare(first, second),
    });

    /// <summary>The same owner with these addresses, each once, in ascending order, IPv4 first.</summary>
    public AddressOwner With(IEnumerable<IPAddress> addresses) =>
        this with { Addresses = [.. addresses.Distinct().Order(Comparer<IPAddress>.Create(Compare))] };

    /// <summary>An owner of which only the container id is known.</summary>
    public static AddressOwner Other(string? containerId, params IReadOnlyList<IPAddress> addresses) =>
        new(AddressOwnerKind.Other, containerId, addresses);

    private static int Compare(IPAddress left, IPAddress right)
    {
        var families = (left.AddressFamily == AddressFamily.InterNetworkV6).CompareTo(right.AddressFamily == AddressFamily.InterNetworkV6);
        return families != 0 ? families : left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());
    }
}

internal enum AddressOwnerKind
{
    /// <summary>A Docker container, attached by cnm-cni.</summary>
    [JsonStringEnumMemberName("container")]
    Container,

    /// <summary>A container that is not attached yet, for which cnm-cni has reserved an address.</summary>
    [JsonStringEnumMemberName("reservation")]
    Reservation,

    /// <summary>An attachment of cnm-cni that was made ahead, and that no container has.</summary>
    [JsonStringEnumMemberName("warm")]
    Warm,

    /// <summary>A Kubernetes pod.</summary>
    [JsonStringEnumMemberName("pod")]
    Pod,

    /// <summary>An owner without a name: a container of another runtime, or remains of one.</summary>
    [JsonStringEnumMemberName("other")]
    Other,
}
