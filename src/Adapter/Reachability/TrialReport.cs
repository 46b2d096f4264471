using System.Text.Json.Serialization;

namespace Bridge.Adapter.Reachability;

/// <summary>What a test of a network has shown.</summary>
/// <param name="Network">The network.</param>
/// <param name="Engine">The version of Docker.</param>
/// <param name="Members">The containers and the pod.</param>
/// <param name="Reaches">Who reached whom.</param>
/// <param name="Packets">The largest packets.</param>
/// <param name="Causes">Likely causes of what failed, with commands: what doctor finds, else where to look.</param>
/// <param name="Removed">What an earlier run had left and this one removed.</param>
/// <param name="Remains">What could not be removed, in sentences.</param>
internal sealed record TrialReport(
    TestedNetwork Network,
    string Engine,
    IReadOnlyList<TestedMember> Members,
    IReadOnlyList<Reach> Reaches,
    IReadOnlyList<PacketSize> Packets,
    IReadOnlyList<string> Causes,
    IReadOnlyList<string> Removed,
    IReadOnlyList<string> Remains)
{
    /// <summary>All that should be reached was, and nothing is left.</summary>
    public bool IsWell => FailedCount == 0 && Remains.Count == 0;

    [JsonIgnore]
    public int FailedCount =>
        Reaches.Count(reach => reach.Outcome == ReachOutcome.Failed) + Packets.Count(packet => !packet.IsGood)
            + Members.Count(member => member.Problem is not null);

    [JsonIgnore]
    public int TriedCount =>
        Reaches.Count(reach => reach.Outcome != ReachOutcome.NotApplicable) + Packets.Count
            + Members.Count(member => member.Problem is not null);
}

/// <param name="Name">Docker's name.</param>
/// <param name="Id">Docker's id.</param>
/// <param name="CniNetwork">The CNI network that it stands for.</param>
/// <param name="Plugins">Its plugins, in order.</param>
/// <param name="IpamDriver">Docker's IPAM driver for it.</param>
internal sealed record TestedNetwork(string Name, string Id, string CniNetwork, IReadOnlyList<string> Plugins, string IpamDriver);

/// <param name="Name">container 1, container 2 or pod.</param>
/// <param name="Addresses">Without prefix length.</param>
/// <param name="Mtu">Of its interface; 0 when it is not there.</param>
/// <param name="Problem">Why it could not be attached; null when it was, or need not be.</param>
internal sealed record TestedMember(string Name, IReadOnlyList<string> Addresses, int Mtu, string? Problem);

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TrialReport))]
internal sealed partial class TrialJson : JsonSerializerContext;
