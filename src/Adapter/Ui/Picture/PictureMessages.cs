using System.Text.Json.Serialization;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Ui.Picture;

// The parts of the picture, as the page gets them. docs/ui.md: only between this program and its page, no interface for others.

/// <param name="Reachable">cnm-cni serve answered the last question.</param>
/// <param name="Problem">Why not, as a sentence; null when it did.</param>
/// <param name="EngineReachable">Docker answered it.</param>
/// <param name="PodRuntime">How the container runtime answered it; null until the first answer.</param>
internal sealed record DaemonPart(bool Reachable, string? Problem, bool EngineReachable, PodRuntimeState? PodRuntime);

/// <param name="Kind">IFLA_INFO_KIND; <c>device</c> for a physical one.</param>
/// <param name="State">up or down.</param>
/// <param name="Addresses">With prefix length.</param>
internal sealed record LinkPart(string Name, string Kind, string State, int Mtu, IReadOnlyList<string> Addresses);

/// <summary>A Docker network that stands for the CNI network.</summary>
internal sealed record DockerNetworkPart(string Id, string? Name, string IpamMode, string? Problem);

/// <param name="Link">Its bridge, or the link that its interfaces build on; null where none is known.</param>
internal sealed record NetworkPart(
    string Name, IReadOnlyList<string> Subnets, IReadOnlyList<string> Plugins, LinkPart? Link,
    IReadOnlyList<DockerNetworkPart> DockerNetworks, bool IsComplete, string? WhyIncomplete);

/// <summary>A container, a pod, or another owner of addresses on a CNI network.</summary>
/// <param name="Key">Unique in the picture, and the same as long as the member is there.</param>
/// <param name="Runtime">docker or cri; null when unknown.</param>
/// <param name="Interface">Its name in the container.</param>
/// <param name="Link">The host's end of a veth pair; null where there is none or it is not known.</param>
internal sealed record MemberPart(
    string Key, string Network, AddressOwnerKind Kind, string? Runtime, string? Name, string State, IReadOnlyList<string> Addresses,
    string? Mac, string? Interface, string? Link, int? Mtu, DateTimeOffset? Since, string? Problem,
    IReadOnlyList<PublishedPortStatus> Ports);

internal sealed record PendingPart(
    string Key, string? Name, string Network, IReadOnlyList<string> Addresses, int Attempts, string Error, DateTimeOffset? NextAttempt);

/// <param name="Cure">What was done, or what a person can do.</param>
internal sealed record FindingPart(string Kind, string Subject, string What, string Why, FindingState State, string Cure);

/// <summary>The whole picture, apart from its number and time.</summary>
internal sealed record PictureContent(
    string Version, DaemonPart Daemon, string Verdict, IReadOnlyList<string> Problems, IReadOnlyList<NetworkPart> Networks,
    IReadOnlyList<MemberPart> Members, IReadOnlyList<PendingPart> Pending, IReadOnlyList<FindingPart> Findings,
    IReadOnlyList<ConfigurationProblemStatus> ConfigurationProblems);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(DaemonPart))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<NetworkPart>))]
[JsonSerializable(typeof(MemberPart))]
[JsonSerializable(typeof(IReadOnlyList<PendingPart>))]
[JsonSerializable(typeof(IReadOnlyList<FindingPart>))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationProblemStatus>))]
[JsonSerializable(typeof(Happening))]
internal sealed partial class PictureJson : JsonSerializerContext;
