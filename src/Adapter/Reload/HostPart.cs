using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.Reload;

/// <summary>What an attachment has on the host, in the order in which it is put back. docs/reload.md has a row for each.</summary>
internal enum HostPart
{
    /// <summary>The container's interface.</summary>
    [JsonStringEnumMemberName("interface")]
    Interface,

    /// <summary>The bridge device: up, with the gateway's addresses, on a host that forwards.</summary>
    [JsonStringEnumMemberName("bridge")]
    Bridge,

    /// <summary>The host's end of the container's veth, as a port of the bridge device.</summary>
    [JsonStringEnumMemberName("bridge-port")]
    BridgePort,

    /// <summary>The rules that keep a container from using another MAC (<c>macspoofchk</c> of plugin bridge).</summary>
    [JsonStringEnumMemberName("mac-check")]
    MacCheck,

    /// <summary>The rules by which packets leave the host under its own address (<c>ipMasq</c>).</summary>
    [JsonStringEnumMemberName("masquerade")]
    Masquerade,

    /// <summary>What plugin firewall accepts and isolates.</summary>
    [JsonStringEnumMemberName("accept-rules")]
    AcceptRules,

    /// <summary>The queueing disciplines of plugin bandwidth.</summary>
    [JsonStringEnumMemberName("bandwidth")]
    Bandwidth,

    /// <summary>The rules that publish ports.</summary>
    [JsonStringEnumMemberName("published-ports")]
    PublishedPorts,
}

internal static class HostPartText
{
    /// <summary>As in output and metrics: <c>published-ports</c>.</summary>
    public static string Of(HostPart part) => JsonNamingPolicy.KebabCaseLower.ConvertName($"{part}");
}

/// <summary>A part that is not there, or not whole.</summary>
/// <param name="Part">The part.</param>
/// <param name="What">A noun phrase: <c>bridge cni0</c>.</param>
internal sealed record MissingPart(HostPart Part, string What)
{
    /// <summary>No plugin can put it back for a container that runs; a restart of the container can.</summary>
    public bool IsLost { get; init; }

    /// <summary>
    /// The attachment's own rules are there, and those that lead to them, which attachments share, are not: putting back another
    /// attachment's part puts this one back too.
    /// </summary>
    public bool IsShared { get; init; }
}
