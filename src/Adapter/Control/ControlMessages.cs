using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Control;

// The operator's requests to the daemon, on the socket that Docker uses too:
//   POST /Bridge.Status  (no body)      → StatusResponse
//   POST /Bridge.Check   CheckRequest   → CheckResponse
//   POST /Bridge.Repair  RepairRequest  → RepairResponse
//   POST /Bridge.Settle  SettleRequest  → SettleResponse
//   POST /Bridge.Forget  ForgetRequest  → ForgetResponse
//   POST /Bridge.Inspect InspectRequest → InspectResponse
//   GET  /Bridge.Events                 → the history's new events, a line each (EventStream)
//   GET  /metrics                       → Prometheus's text format
// An answer other than 200 carries { "Err": "…" }, as Docker's calls do.

/// <summary>Everything the daemon knows.</summary>
/// <param name="Version">The daemon's.</param>
/// <param name="EngineReachable">Docker answered the last time it was asked.</param>
/// <param name="PodRuntime">How the container runtime took the question about its pods.</param>
/// <param name="Networks">Docker's networks.</param>
/// <param name="Endpoints">Docker's endpoints, oldest first.</param>
/// <param name="CniNetworks">The CNI networks behind them.</param>
/// <param name="PendingCleanups">Clean-ups that failed and will be retried.</param>
/// <param name="Findings">What the journal, Docker, the kernel and the stores of IPAM plugins disagree in, and is not repaired.</param>
/// <param name="ConfigurationProblems">CNI configuration files that are not used.</param>
/// <param name="LogLinesDropped">Lines that are missing in the daemon's log.</param>
/// <param name="StateProblem">Why no record could be written now, and so no container attached.</param>
/// <param name="PortOwners">Pods and other runtimes' containers that have ports of the host; absent in the answer of an older
/// daemon.</param>
/// <param name="WhyPortsIncomplete">Why some of them may be missing, as a clause; null when none is.</param>
/// <param name="HistoryEventsLost">Events that are missing in the history.</param>
/// <param name="LogFile">The daemon's log file; null: standard output.</param>
internal sealed record StatusResponse(
    string Version,
    bool EngineReachable,
    PodRuntimeState PodRuntime,
    IReadOnlyList<NetworkStatus> Networks,
    IReadOnlyList<EndpointStatus> Endpoints,
    IReadOnlyList<CniNetworkStatus> CniNetworks,
    IReadOnlyList<PendingCleanup> PendingCleanups,
    IReadOnlyList<FindingStatus> Findings,
    IReadOnlyList<ConfigurationProblemStatus> ConfigurationProblems,
    long LogLinesDropped = 0,
    string? StateProblem = null,
    IReadOnlyList<PortOwnerStatus>? PortOwners = null,
    string? WhyPortsIncomplete = null,
    long HistoryEventsLost = 0,
    string? LogFile = null)
{
    /// <summary>The problems in one line: <c>All is well.</c>, or <c>To look at: …</c></summary>
    [JsonPropertyOrder(-2)]
    public string Verdict => StatusVerdict.Text(Problems);

    /// <summary>What to look at: one phrase for each kind of problem. Empty: all is well.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string> Problems => StatusVerdict.Problems(this);
}

/// <param name="Id">Docker's network id.</param>
/// <param name="Name">Docker's name for it, when Docker could be asked.</param>
/// <param name="CniNetwork">The CNI network it stands for.</param>
/// <param name="IpamMode">Who chooses addresses: <c>cni</c>, <c>null</c> or <c>docker</c>.</param>
/// <param name="Plugins">The chain's plugin types, in order.</param>
/// <param name="Problem">Why new containers cannot be attached, when that is so.</param>
/// <param name="Warm">Attachments that were made ahead; null where it keeps none.</param>
internal sealed record NetworkStatus(
    string Id, string? Name, string CniNetwork, string IpamMode, IReadOnlyList<string> Plugins, string? Problem, WarmStatus? Warm = null);

/// <param name="Size">How many the network keeps.</param>
/// <param name="Attachments">Those that there are.</param>
internal sealed record WarmStatus(int Size, IReadOnlyList<WarmAttachmentStatus> Attachments);

/// <param name="Id">Its CNI container id.</param>
/// <param name="State">making, resting, ready, claimed or leaving; only a ready one is given to the next container.</param>
/// <param name="Addresses">With prefix length.</param>
/// <param name="HostInterfaceName">Its link in the host namespace.</param>
internal sealed record WarmAttachmentStatus(string Id, string State, IReadOnlyList<string> Addresses, string? HostInterfaceName);

/// <param name="EndpointId">Docker's endpoint id.</param>
/// <param name="ContainerId">The CNI container id: the endpoint's, or that of the reservation which it adopted.</param>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="NetworkName">Docker's name for the network, when known.</param>
/// <param name="CniNetwork">The CNI network.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="State">How far it has come: prepared, adding, added, joined, deleting.</param>
/// <param name="InterfaceName">CNI_IFNAME, the name under which plugins know the interface.</param>
/// <param name="HostInterfaceName">Its name while it passes through the host.</param>
/// <param name="SandboxInterfaceName">What Docker called it in the container, from its arrival on.</param>
/// <param name="SandboxKey">Path of the container's network namespace, from Join on.</param>
/// <param name="Addresses">With prefix length: <c>10.88.0.2/16</c>.</param>
/// <param name="Gateway">The IPv4 or else IPv6 default gateway.</param>
/// <param name="Mac">Hardware address; empty while nobody has chosen one.</param>
/// <param name="Mtu">0 until ADD is done.</param>
/// <param name="Ports">What is published.</param>
/// <param name="Chain">The chain's plugin types, in order.</param>
/// <param name="Since">When it was made.</param>
/// <param name="ArrivalProblem">What could not be finished in the sandbox of a container that runs nevertheless.</param>
/// <param name="Result">The CNI result, as the last plugin gave it.</param>
internal sealed record EndpointStatus(
    string EndpointId,
    string ContainerId,
    string NetworkId,
    string? NetworkName,
    string CniNetwork,
    string? ContainerName,
    string State,
    string InterfaceName,
    string? HostInterfaceName,
    string? SandboxInterfaceName,
    string? SandboxKey,
    IReadOnlyList<string> Addresses,
    string? Gateway,
    string Mac,
    int Mtu,
    IReadOnlyList<PublishedPortStatus> Ports,
    IReadOnlyList<string> Chain,
    DateTimeOffset Since,
    string? ArrivalProblem,
    JsonElement? Result);

/// <param name="HostIp">The host address it listens on; null for all.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="ContainerPort">The container's port; null when unknown, which only happens to those of other runtimes.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
internal sealed record PublishedPortStatus(string? HostIp, int HostPort, int? ContainerPort, string Protocol);

/// <summary>A pod, or a container of another runtime, with its ports of the host.</summary>
/// <param name="Kind">pod or other.</param>
/// <param name="Name">The pod's with its namespace; null when unknown.</param>
/// <param name="ContainerId">The CNI container id, which for a pod is its sandbox's id; null when unknown.</param>
/// <param name="Ports">By port.</param>
internal sealed record PortOwnerStatus(
    AddressOwnerKind Kind, string? Name, string? ContainerId, IReadOnlyList<PublishedPortStatus> Ports);

/// <summary>
/// A CNI network with everybody on it, as far as is known: containers, pods, and owners of addresses whom nobody can name.
/// </summary>
/// <param name="Name">The CNI network.</param>
/// <param name="Subnets">What it declares: <c>10.88.0.0/16</c>. Empty when only its IPAM plugin knows.</param>
/// <param name="IsComplete">False when others than containers of Docker's may be missing.</param>
/// <param name="WhyIncomplete">Why, as the end of a sentence.</param>
/// <param name="Neighbours">By address.</param>
internal sealed record CniNetworkStatus(
    string Name, IReadOnlyList<string> Subnets, bool IsComplete, string? WhyIncomplete, IReadOnlyList<AddressOwnerStatus> Neighbours);

/// <param name="Kind">container, reservation, warm, pod or other.</param>
/// <param name="Name">The container's name; the pod's with its namespace, <c>default/web</c>; null when unknown.</param>
/// <param name="ContainerId">The CNI container id, which for a pod is its sandbox's id; null when the IPAM plugin's store does not
/// say.</param>
/// <param name="EndpointId">Which of <see cref="StatusResponse.Endpoints"/> it is, for a container.</param>
/// <param name="Addresses">Without prefix length, IPv4 first.</param>
internal sealed record AddressOwnerStatus(
    AddressOwnerKind Kind, string? Name, string? ContainerId, string? EndpointId, IReadOnlyList<string> Addresses);

/// <summary>An attachment or reservation whose clean-up failed and will be retried.</summary>
/// <param name="EndpointId">Docker's endpoint id; null for a reservation.</param>
/// <param name="ContainerId">The CNI container id.</param>
/// <param name="CniNetwork">The CNI network.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="Addresses">What it still holds, without prefix length.</param>
/// <param name="Attempts">How many have failed.</param>
/// <param name="LastError">What the last one said.</param>
/// <param name="NextAttempt">When it is tried again; null: as soon as possible.</param>
internal sealed record PendingCleanup(
    string? EndpointId,
    string ContainerId,
    string CniNetwork,
    string? ContainerName,
    IReadOnlyList<string> Addresses,
    int Attempts,
    string LastError,
    DateTimeOffset? NextAttempt);

/// <param name="Kind">In what there is disagreement: <c>stolen-address</c>; docs/repair.md lists them.</param>
/// <param name="Subject">Id, name or path: with the kind, the same every time.</param>
/// <param name="What">What it is about.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="State">What has become of it.</param>
/// <param name="Done">What was done, or what a person can do; empty for what was only looked at.</param>
internal sealed record FindingStatus(string Kind, string Subject, string What, string Why, FindingState State, string Done);

/// <param name="DryRun">Inspect without repairing.</param>
internal sealed record RepairRequest(bool DryRun);

/// <param name="Findings">What was found.</param>
/// <param name="Problems">What could not be inspected, and why.</param>
internal sealed record RepairResponse(IReadOnlyList<FindingStatus> Findings, IReadOnlyList<string> Problems);

/// <param name="Target">An endpoint id, a reservation's id, or the beginning of one; or a container's name.</param>
internal sealed record ForgetRequest(string Target);

/// <param name="What">The abandoned attachment or reservation.</param>
/// <param name="GivenUp">What that means: one sentence each.</param>
internal sealed record ForgetResponse(string What, IReadOnlyList<string> GivenUp);

/// <param name="Timeout">How long to wait, in seconds; 0: not at all.</param>
internal sealed record SettleRequest(double Timeout);

/// <param name="Pending">The clean-ups that are still under way or have failed: one sentence each.</param>
internal sealed record SettleResponse(IReadOnlyList<string> Pending);

/// <summary>A CNI configuration file that is not used, and why.</summary>
/// <param name="File">Its path.</param>
/// <param name="Message">Why it is not used.</param>
internal sealed record ConfigurationProblemStatus(string File, string Message);

/// <param name="Targets">Container names, endpoint ids or beginnings of them; empty means every attachment.</param>
internal sealed record CheckRequest(IReadOnlyList<string> Targets);

/// <param name="Results">One for each attachment.</param>
internal sealed record CheckResponse(IReadOnlyList<CheckResult> Results);

/// <param name="EndpointId">The attachment that was asked about; when nothing was found, the target as it was given.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="Outcome">What its plugins said to CHECK.</param>
/// <param name="Message">Why it failed or was skipped.</param>
internal sealed record CheckResult(string EndpointId, string? ContainerName, CheckOutcome Outcome, string? Message);

/// <param name="Targets">As of <see cref="CheckRequest"/>.</param>
/// <param name="DryRun">Compare without changing anything.</param>
internal sealed record ReloadRequest(IReadOnlyList<string> Targets, bool DryRun);

/// <param name="Results">One for each attachment.</param>
/// <param name="Notes">What is missing on the host that cnm-cni does not put back: a sentence each.</param>
internal sealed record ReloadResponse(IReadOnlyList<ReloadResult> Results, IReadOnlyList<string> Notes);

/// <param name="EndpointId">The attachment; when nothing was found, the target as it was given.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="CniNetwork">The CNI network; null when nothing was found.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Missing">What was not there.</param>
/// <param name="Message">Why it failed or was skipped, and what to do.</param>
internal sealed record ReloadResult(
    string EndpointId, string? ContainerName, string? CniNetwork, ReloadOutcome Outcome, IReadOnlyList<MissingPartStatus> Missing,
    string? Message);

/// <param name="Part">docs/reload.md lists them.</param>
/// <param name="What">A noun phrase.</param>
internal sealed record MissingPartStatus(HostPart Part, string What);

internal enum CheckOutcome
{
    [JsonStringEnumMemberName("passed")]
    Passed,

    [JsonStringEnumMemberName("failed")]
    Failed,

    [JsonStringEnumMemberName("skipped")]
    Skipped,
}

/// <param name="Err">Spelled as in Docker's protocol, so that clients of this socket parse one shape.</param>
internal sealed record ControlError([property: JsonPropertyName("Err")] string Err);

/// <summary>The operator's protocol as JSON. Indented, because people read <c>status --json</c> too.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(CheckResponse))]
[JsonSerializable(typeof(ReloadRequest))]
[JsonSerializable(typeof(ReloadResponse))]
[JsonSerializable(typeof(RepairRequest))]
[JsonSerializable(typeof(RepairResponse))]
[JsonSerializable(typeof(SettleRequest))]
[JsonSerializable(typeof(SettleResponse))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(ForgetResponse))]
[JsonSerializable(typeof(InspectRequest))]
[JsonSerializable(typeof(InspectResponse))]
[JsonSerializable(typeof(ControlError))]
internal sealed partial class ControlJson : JsonSerializerContext;
