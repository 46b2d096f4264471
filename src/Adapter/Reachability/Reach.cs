using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Reachability;

/// <summary>Who tries to reach, and what is reached.</summary>
internal static class Ends
{
    public const string First = "container 1";
    public const string Second = "container 2";
    public const string Pod = "pod";
    public const string Host = "host";

    /// <summary>Another host, at the other end of a cable.</summary>
    public const string Neighbour = "another host";

    /// <summary>A port of container 1 that is published on the host.</summary>
    public const string Port = "published port";

    /// <summary>What the host itself reaches beyond itself.</summary>
    public const string Outside = "outside";

    /// <summary>The name of the other container, as Docker's resolver knows it.</summary>
    public const string Name = "container name";

    public const string OutsideName = "outside name";

    /// <summary>The order of rows and columns.</summary>
    public static IReadOnlyList<string> All { get; } =
        [First, Second, Pod, Host, Neighbour, Port, Outside, Name, OutsideName];
}

/// <summary>Whether one reaches another.</summary>
/// <param name="From">container 1, container 2, pod, host or another host.</param>
/// <param name="To">container 1, container 2, pod, host, published port, outside, container name or outside name.</param>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Milliseconds">How long it took; null when it did not succeed.</param>
/// <param name="Note">Why it failed, or why it was not tried; otherwise what was reached, if its name does not say so.</param>
internal sealed record Reach(
    string From, string To, IPFamily Family, ReachOutcome Outcome, double? Milliseconds = null, string? Note = null);

internal enum ReachOutcome
{
    [JsonStringEnumMemberName("reached")]
    Reached,

    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The network does not have it, or the host does not have it itself.</summary>
    [JsonStringEnumMemberName("not-applicable")]
    NotApplicable,
}

internal enum IPFamily
{
    IPv4,
    IPv6,
}

/// <summary>The largest packet between two that comes back in one piece.</summary>
/// <param name="From">container 1.</param>
/// <param name="To">container 2 or pod.</param>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Largest">In bytes with the IP header; 0 when none came back.</param>
/// <param name="Expected">The smaller MTU of the two interfaces.</param>
internal sealed record PacketSize(string From, string To, IPFamily Family, int Largest, int Expected)
{
    [JsonIgnore]
    public bool IsGood => Largest >= Expected;
}

internal static class IPFamilies
{
    public static IReadOnlyList<IPFamily> All { get; } = [IPFamily.IPv4, IPFamily.IPv6];

    public static bool Has(this IPFamily family, System.Net.IPAddress address) => address.AddressFamily == family.ToSockets();

    public static AddressFamily ToSockets(this IPFamily family) =>
        family == IPFamily.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
}
