using System.Net;
using System.Text.Json.Serialization;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.State;

/// <summary>One endpoint of Docker's on a CNI network.</summary>
/// <param name="EndpointId">Docker's endpoint id.</param>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="CniNetwork">Name of the CNI network.</param>
internal sealed record AttachmentRecord(string EndpointId, string NetworkId, string CniNetwork) : PluginRecord(CniNetwork)
{
    [JsonIgnore]
    public override string Id => EndpointId;

    public override int Version { get; init; } = RecordKinds.Attachment.CurrentVersion;

    /// <summary>The reservation's id where an address was reserved ahead, else the endpoint's. Each attachment has its own.</summary>
    public override string ContainerId { get => field ?? EndpointId; init; }

    public required AttachmentPhase Phase { get; init; }

    public AttachMode Attach { get; init; }

    /// <summary>The Docker network is internal: no gateway, no default route.</summary>
    public bool Internal { get; init; }

    /// <summary>CNI_IFNAME of every run but those in the sandbox, which are given <see cref="SandboxInterfaceName"/>.</summary>
    public required string InterfaceName { get; init; }

    /// <summary>The name that Docker gave the link in the sandbox, known once it has arrived there.</summary>
    public string? SandboxInterfaceName { get; init; }

    /// <summary>The name that the link has in the sandbox; until it has arrived there, the plugins'.</summary>
    [JsonIgnore]
    public string NameInSandbox => SandboxInterfaceName ?? InterfaceName;

    /// <summary>The name in the sandbox that the user asked for: plugins that run there give it, or Docker from 29.8 on.</summary>
    public string? RequestedInterfaceName { get; init; }

    /// <summary>The link's name in the host namespace, on its way to the sandbox and back.</summary>
    public required string HostInterfaceName { get; init; }

    /// <summary>The CIDR addresses that Docker knows already: the result must contain them.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Addresses without prefix length that the user requested and Docker does not know: the result must contain them.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];

    /// <summary>The CIDR addresses that were reserved ahead, including those that Docker did not ask for.</summary>
    public IReadOnlyList<string> Reserved { get; init; } = [];

    /// <summary>Sysctls of the interface that the user asked for.</summary>
    public IReadOnlyList<InterfaceSysctl> Sysctls { get; init; } = [];

    /// <summary>The ports that the user asked to publish. Docker gives every endpoint of a container the same list.</summary>
    public IReadOnlyList<RequestedPort> RequestedPorts { get; init; } = [];

    /// <summary>The port mappings given to plugins: set before the publishing plugins run, removed after their DEL.</summary>
    public IReadOnlyList<PortMapping>? PublishedPorts { get; init; }

    /// <summary>What the plugins made on the link and around it, as the kernel showed it.</summary>
    public LinkSnapshot? Snapshot { get; init; }

    /// <summary>
    /// Since when it waits for a container, in <see cref="AttachmentPhase.Added"/>; null for an endpoint of Docker's. The endpoint id of
    /// a warm attachment is its container id.
    /// </summary>
    public DateTimeOffset? WarmSince { get; init; }

    /// <summary>
    /// What the kernel showed of its link in the host namespace when it was made ahead; null for an attachment that was made for one
    /// container.
    /// </summary>
    public LinkFacts? AsMade { get; init; }

    [JsonIgnore]
    public bool IsWarm => WarmSince is not null;

    /// <summary>Path of the container's network namespace, known from Join on.</summary>
    public string? SandboxKey { get; init; }

    /// <summary>
    /// The container's namespace existed at Join: Docker 28 and newer, and `docker network connect` to a running container. Older engines
    /// make the namespace of a starting container after Join, and then set no default route of IPv6 alone.
    /// </summary>
    public bool SandboxExistedAtJoin { get; init; }

    /// <summary>The plugins that run in the sandbox may have run there: set before they run, reset after their DEL.</summary>
    public bool RanInSandbox { get; init; }

    /// <summary>What failed in the sandbox when the container could not be stopped any more.</summary>
    public string? ArrivalProblem { get; init; }

    [JsonIgnore]
    public override bool IsUnfinished => Phase == AttachmentPhase.Adding;

    [JsonIgnore]
    public override bool IsCleanupPending => Phase == AttachmentPhase.Deleting;

    /// <summary>The addresses that the kernel showed on the link, without link-local ones; empty until it has been read.</summary>
    [JsonIgnore]
    public IEnumerable<LinkAddress> LinkAddresses =>
        (Snapshot?.Addresses ?? []).Where(address => !IPAddress.Parse(address.Address).IsIPv6LinkLocal);

    [JsonIgnore]
    public override IEnumerable<Cidr> KnownAddresses => Snapshot is null
        ? Reserved.Select(Cidr.Parse)
        : LinkAddresses.Select(address => new Cidr(IPAddress.Parse(address.Address), address.PrefixLength));

    /// <summary>The default route that Docker gets as the endpoint's gateway of this family; null without one.</summary>
    public LinkRoute? Gateway(bool isIPv6) => Internal || (isIPv6 && !DockerKnowsIPv6()) ? null : Snapshot?.GatewayRoute(isIPv6);

    /// <summary>Docker gets a gateway of at least one family.</summary>
    public bool HasGateway() => (Gateway(isIPv6: false) ?? Gateway(isIPv6: true)) is not null;

    /// <summary>The families whose default routes Docker does not set, because it gets no gateway for them or cannot use it.</summary>
    public OwnDefaultRoutes OwnDefaultRoutes()
    {
        bool WithoutGateway(bool isIPv6) => !Internal && Gateway(isIPv6) is null && Snapshot!.Defaults(isIPv6).Count > 0;
        var onlyIPv6 = Gateway(isIPv6: false) is null && Gateway(isIPv6: true) is not null;
        return new(WithoutGateway(isIPv6: false), WithoutGateway(isIPv6: true) || (onlyIPv6 && !SandboxExistedAtJoin));
    }

    // Docker discards the IPv6 gateway of an endpoint for which it has no IPv6 address; without telling it the gateway it would add
    // docker_gwbridge.
    private bool DockerKnowsIPv6() => Attach != AttachMode.Sandbox || Addresses.Concat(Reserved).Any(address => address.Contains(':'));
}

/// <summary>How far an attachment has come. Only forward, or from anywhere to <see cref="Deleting"/>.</summary>
internal enum AttachmentPhase
{
    /// <summary>The address is reserved and the request options are known; no plugin of the chain has run.</summary>
    Prepared,

    /// <summary>Plugins may have run; their outcome is unknown.</summary>
    Adding,

    /// <summary>ADD succeeded; the link waits in the staging namespace, that of a warm attachment in the host namespace.</summary>
    Added,

    /// <summary>The link is Docker's: in the host namespace or in the sandbox.</summary>
    Joined,

    /// <summary>To be cleaned up, and nothing else.</summary>
    Deleting,
}

/// <summary>Where a network's chain runs: option <c>cni.attach</c> of `docker network create`.</summary>
internal enum AttachMode
{
    /// <summary>In a staging namespace, from which Docker moves the interface into the container. Works on every engine.</summary>
    Staging,

    /// <summary>In the container's namespace, at Join: for plugins that must run there. Only where the sandbox exists by then.</summary>
    Sandbox,
}

/// <summary>
/// One <c>-p</c>. <paramref name="HostPort"/> 0: cnm-cni chooses the port; <paramref name="HostPortEnd"/> above it: any port of the range.
/// </summary>
internal sealed record RequestedPort(string Protocol, int ContainerPort, string HostIp, int HostPort, int HostPortEnd);

/// <summary>One entry of the <c>portMappings</c> capability, with the host port decided.</summary>
internal sealed record PortMapping(int HostPort, int ContainerPort, string Protocol, string HostIp);

/// <summary>A sysctl of one interface of a container, for instance <c>net.ipv4.conf.IFNAME.rp_filter</c>.</summary>
/// <param name="Family"><c>ipv4</c>, <c>ipv6</c> or <c>mpls</c>.</param>
/// <param name="Table"><c>conf</c> or <c>neigh</c>.</param>
/// <param name="Name">The last part of the key.</param>
/// <param name="Value">One line.</param>
internal sealed record InterfaceSysctl(string Family, string Table, string Name, string Value)
{
    /// <summary>As a user writes it, with IFNAME in place of the interface's name.</summary>
    [JsonIgnore]
    public KeyValuePair<string, string> Setting => new($"net.{Family}.{Table}.IFNAME.{Name}", Value);
}
