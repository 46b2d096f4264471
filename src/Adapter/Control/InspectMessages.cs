using System.Text.Json;

namespace Bridge.Adapter.Control;

/// <param name="Target">A container's name, an endpoint id or the beginning of one.</param>
internal sealed record InspectRequest(string Target);

/// <param name="Attachments">A container has one for each of its networks.</param>
internal sealed record InspectResponse(IReadOnlyList<AttachmentDetails> Attachments);

/// <summary>Everything about one attachment: its record, without secrets, and where the kernel has it now.</summary>
/// <param name="EndpointId">Docker's endpoint id.</param>
/// <param name="ContainerName">The container's name, when known.</param>
/// <param name="State">How far it has come: prepared, adding, added, joined, deleting.</param>
/// <param name="Mode">staging, sandbox (cni.attach=sandbox) or warm (made ahead).</param>
/// <param name="Since">When it was made.</param>
/// <param name="Network">Its Docker network.</param>
/// <param name="Cni">What the plugins are given, and answered.</param>
/// <param name="Interface">The interface in the container.</param>
/// <param name="Host">Its other side.</param>
/// <param name="Ports">What is published.</param>
/// <param name="Dns">Name resolution by the result; Docker sets the container's own.</param>
/// <param name="Pod">Names of a pod that plugins are given (arguments K8S_…); empty without any.</param>
/// <param name="Records">The files of its record.</param>
/// <param name="Reservation">Id and phase of the reservation that it has adopted; null without one.</param>
/// <param name="ArrivalProblem">What could not be finished in the sandbox of a container that runs nevertheless.</param>
/// <param name="Cleanup">Its clean-up, when that has begun.</param>
internal sealed record AttachmentDetails(
    string EndpointId,
    string? ContainerName,
    string State,
    string Mode,
    DateTimeOffset Since,
    DockerNetworkDetails Network,
    CniDetails Cni,
    InterfaceDetails Interface,
    HostSideDetails Host,
    IReadOnlyList<PublishedPortStatus> Ports,
    DnsDetails Dns,
    IReadOnlyDictionary<string, string> Pod,
    IReadOnlyList<string> Records,
    ReservationDetails? Reservation,
    string? ArrivalProblem,
    CleanupDetails? Cleanup);

/// <param name="Id">Docker's network id.</param>
/// <param name="Name">Docker's name for it, when known.</param>
/// <param name="IpamMode">Who chooses addresses: cni, null or docker; null when the network is unknown.</param>
/// <param name="Internal">It has no default route.</param>
/// <param name="EndpointDefaults">Its options for endpoints.</param>
internal sealed record DockerNetworkDetails(
    string Id, string? Name, string? IpamMode, bool Internal, IReadOnlyDictionary<string, string> EndpointDefaults);

/// <param name="Network">The CNI network.</param>
/// <param name="ContainerId">CNI_CONTAINERID.</param>
/// <param name="NetnsPath">CNI_NETNS.</param>
/// <param name="Ifname">CNI_IFNAME.</param>
/// <param name="Arguments">CNI_ARGS.</param>
/// <param name="Capabilities">Capability arguments; null without any.</param>
/// <param name="Chain">The types of the plugins, in order.</param>
/// <param name="Configuration">The chain as the plugins were given it.</param>
/// <param name="Result">The result, as the last plugin gave it; null until then.</param>
internal sealed record CniDetails(
    string Network,
    string ContainerId,
    string NetnsPath,
    string Ifname,
    IReadOnlyDictionary<string, string> Arguments,
    JsonElement? Capabilities,
    IReadOnlyList<string> Chain,
    JsonElement? Configuration,
    JsonElement? Result);

/// <param name="Name">What Docker called it in the container; before its arrival the plugins' name.</param>
/// <param name="SandboxKey">Path of the container's network namespace, from Join on.</param>
/// <param name="Kind">The driver: veth, macvlan…; null until it has been read.</param>
/// <param name="Mac">Hardware address.</param>
/// <param name="Mtu">0 until it has been read.</param>
/// <param name="Addresses">With prefix length.</param>
/// <param name="Gateways">The default gateways that Docker has.</param>
/// <param name="Routes">Those that the plugins made over it, of all tables but local.</param>
/// <param name="Rules">The routing rules that the plugins made.</param>
/// <param name="Neighbours">Permanent entries.</param>
/// <param name="Sysctls">Those that the user requested.</param>
internal sealed record InterfaceDetails(
    string Name,
    string? SandboxKey,
    string? Kind,
    string? Mac,
    int Mtu,
    IReadOnlyList<string> Addresses,
    IReadOnlyList<string> Gateways,
    IReadOnlyList<string> Routes,
    IReadOnlyList<string> Rules,
    IReadOnlyList<string> Neighbours,
    IReadOnlyDictionary<string, string> Sysctls);

/// <param name="Peer">The link of the host that is the other end or the parent, as the kernel has it now; null where there is none.</param>
/// <param name="NameOnTheWay">The interface's name while it passes through the host.</param>
/// <param name="Interfaces">Those of the host that the plugins listed in the result.</param>
internal sealed record HostSideDetails(string? Peer, string NameOnTheWay, IReadOnlyList<string> Interfaces);

/// <param name="Nameservers">Their addresses.</param>
/// <param name="Domain">Of the network.</param>
/// <param name="Search">Domains in which short names are looked up.</param>
/// <param name="Options">As in resolv.conf.</param>
internal sealed record DnsDetails(
    IReadOnlyList<string> Nameservers, string? Domain, IReadOnlyList<string> Search, IReadOnlyList<string> Options);

/// <param name="ContainerId">Its id.</param>
/// <param name="State">reserving, reserved or releasing.</param>
/// <param name="Addresses">With prefix length.</param>
internal sealed record ReservationDetails(string ContainerId, string State, IReadOnlyList<string> Addresses);

/// <param name="Attempts">How many have failed.</param>
/// <param name="LastError">What the last one said; null before the first.</param>
/// <param name="NextAttempt">When it is tried again; null: as soon as possible.</param>
internal sealed record CleanupDetails(int Attempts, string? LastError, DateTimeOffset? NextAttempt);
