using System.Text.Json;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.State;

/// <summary>
/// Everything that undoing an attachment needs, even when the configuration file, the Docker network and the container are gone:
/// written before the first plugin runs, dropped only when DEL has succeeded.
/// </summary>
/// <param name="EndpointId">Docker's endpoint id.</param>
/// <param name="NetworkId">Docker's network id.</param>
/// <param name="CniNetwork">Name of the CNI network.</param>
internal sealed record AttachmentRecord(string EndpointId, string NetworkId, string CniNetwork) : IRecord
{
    public int Version { get; init; } = RecordKinds.Attachment.CurrentVersion;

    /// <summary>
    /// CNI_CONTAINERID of every run: the reservation's, where an address was reserved ahead, else the endpoint's id. Each attachment has
    /// its own.
    /// </summary>
    public string ContainerId { get => field ?? EndpointId; init; }

    public required AttachmentPhase Phase { get; init; }

    public AttachMode Attach { get; init; }

    /// <summary>The Docker network is internal: no gateway, no default route.</summary>
    public bool Internal { get; init; }

    /// <summary>The boot in which the record was made: links and namespaces of an earlier one are gone, reservations are not.</summary>
    public required string BootId { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>CNI_IFNAME of every run but those in the sandbox, which are told <see cref="SandboxInterfaceName"/>.</summary>
    public required string InterfaceName { get; init; }

    /// <summary>What Docker called the link in the sandbox, known from its arrival on.</summary>
    public string? SandboxInterfaceName { get; init; }

    /// <summary>The name in the sandbox that the user asked for; only plugins that run there can give it.</summary>
    public string? RequestedInterfaceName { get; init; }

    /// <summary>The link's name while it passes through the host namespace.</summary>
    public required string HostInterfaceName { get; init; }

    /// <summary>The configuration list exactly as it was used: a later change or loss of the file does not change the undoing.</summary>
    public required JsonElement Configuration { get; init; }

    /// <summary>CNI_ARGS of every run, without <c>IgnoreUnknown</c>.</summary>
    public IReadOnlyList<CniArgument> Arguments { get; init; } = [];

    /// <summary>Capability arguments of every run, apart from <c>portMappings</c>.</summary>
    public JsonElement? Capabilities { get; init; }

    /// <summary>The MAC that Docker chose; plugins that take no wishes are overruled.</summary>
    public string? Mac { get; init; }

    /// <summary>The CIDR addresses that Docker knows already: they must come back in the result.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The CIDR addresses that were reserved ahead, also those that Docker did not ask for.</summary>
    public IReadOnlyList<string> Reserved { get; init; } = [];

    /// <summary>Sysctls of the interface that the user asked for.</summary>
    public IReadOnlyList<InterfaceSysctl> Sysctls { get; init; } = [];

    /// <summary>What the user asked to publish; every endpoint of a container is told the same list.</summary>
    public IReadOnlyList<RequestedPort> RequestedPorts { get; init; } = [];

    /// <summary>The port mappings handed to plugins, present from before the publishing plugins run until they have undone it.</summary>
    public IReadOnlyList<PortMapping>? PublishedPorts { get; init; }

    /// <summary>The chain's latest result.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>What the plugins left on the link and around it, as the kernel showed it.</summary>
    public LinkSnapshot? Snapshot { get; init; }

    /// <summary>Path of the container's network namespace, known from Join on.</summary>
    public string? SandboxKey { get; init; }

    /// <summary>
    /// The container's namespace existed at Join: Docker 28 and newer, and `docker network connect` to a running container. Older engines make the
    /// namespace of a starting container after Join, and then set no default route of IPv6 alone.
    /// </summary>
    public bool SandboxExistedAtJoin { get; init; }

    /// <summary>The plugins that belong into the sandbox may have run there: set before they run, until they have been undone.</summary>
    public bool RanInSandbox { get; init; }

    /// <summary>What could not be finished in the sandbox, where that could not stop the container any more.</summary>
    public string? ArrivalProblem { get; init; }

    /// <summary>For people; learned in the background, so it may be missing.</summary>
    public string? ContainerName { get; init; }

    /// <summary>Failed attempts to undo, and what the last one said.</summary>
    public int CleanupAttempts { get; init; }

    public string? CleanupError { get; init; }

    string IRecord.Id => EndpointId;

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

    // Docker discards the IPv6 gateway of an endpoint for which it has no IPv6 address; without telling it the gateway it would add docker_gwbridge.
    private bool DockerKnowsIPv6() => Attach != AttachMode.Sandbox || Addresses.Concat(Reserved).Any(address => address.Contains(':'));
}

/// <summary>How far an attachment has come. Only forward, or to <see cref="Deleting"/> from anywhere.</summary>
internal enum AttachmentPhase
{
    /// <summary>The address is reserved and the wishes are known; no plugin of the chain has run.</summary>
    Prepared,

    /// <summary>Plugins may have run; nothing is known of what they did.</summary>
    Adding,

    /// <summary>ADD succeeded; the link waits in the staging namespace.</summary>
    Added,

    /// <summary>The link is Docker's: in the host namespace or in the sandbox.</summary>
    Joined,

    /// <summary>To be undone, and nothing else.</summary>
    Deleting,
}

internal sealed record CniArgument(string Key, string Value);

/// <summary>One <c>-p</c>: <paramref name="HostPort"/> 0 means that the bridge chooses; a range means any one of it.</summary>
internal sealed record RequestedPort(string Protocol, int ContainerPort, string HostIp, int HostPort, int HostPortEnd);

/// <summary>One entry of the <c>portMappings</c> capability, with the host port decided.</summary>
internal sealed record PortMapping(int HostPort, int ContainerPort, string Protocol, string HostIp);
