using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Adapter.History;

/// <summary>Something that has happened: one line of the history. docs/history.md explains the fields.</summary>
/// <param name="Time">When it happened, in UTC.</param>
/// <param name="Kind">What.</param>
internal sealed record HistoryEvent(DateTimeOffset Time, HistoryEventKind Kind)
{
    /// <summary>Docker's endpoint id; of a warm attachment its container id.</summary>
    public string? EndpointId { get; init; }

    /// <summary>CNI_CONTAINERID, which a reservation and the attachment that adopts it have in common.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The container's name, as far as Docker has said it by then.</summary>
    public string? Container { get; init; }

    /// <summary>Docker's network id.</summary>
    public string? NetworkId { get; init; }

    /// <summary>The CNI network.</summary>
    public string? CniNetwork { get; init; }

    /// <summary>With prefix length.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Of the interface in the container.</summary>
    public string? Mac { get; init; }

    /// <summary>The interface's name in the container.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Path of the container's network namespace.</summary>
    public string? SandboxKey { get; init; }

    /// <summary>Published ports.</summary>
    public IReadOnlyList<HistoryPort>? Ports { get; init; }

    /// <summary>The run of a plugin that the event is about.</summary>
    public PluginRun? Plugin { get; init; }

    /// <summary>What repair has found or repaired.</summary>
    public HistoryFinding? Finding { get; init; }

    /// <summary>An error or a remark.</summary>
    public string? Text { get; init; }

    /// <summary>How many events are missing, or how many attempts have failed.</summary>
    public long? Count { get; init; }
}

internal enum HistoryEventKind
{
    /// <summary>cnm-cni serves.</summary>
    [JsonStringEnumMemberName("daemon-started")]
    DaemonStarted,

    /// <summary>cnm-cni was stopped. A daemon that was killed leaves none.</summary>
    [JsonStringEnumMemberName("daemon-stopped")]
    DaemonStopped,

    /// <summary>A Docker network of this driver was created, or taken over.</summary>
    [JsonStringEnumMemberName("network-made")]
    NetworkMade,

    [JsonStringEnumMemberName("network-removed")]
    NetworkRemoved,

    /// <summary>The IPAM plugin gave an address ahead.</summary>
    [JsonStringEnumMemberName("address-reserved")]
    AddressReserved,

    /// <summary>The DEL of the IPAM plugin has succeeded.</summary>
    [JsonStringEnumMemberName("address-released")]
    AddressReleased,

    /// <summary>A warm attachment was made, or came back from its container.</summary>
    [JsonStringEnumMemberName("made-ahead")]
    MadeAhead,

    /// <summary>A container has the attachment: its interface goes to the sandbox.</summary>
    [JsonStringEnumMemberName("attached")]
    Attached,

    /// <summary>Docker has told the name of the container.</summary>
    [JsonStringEnumMemberName("named")]
    Named,

    [JsonStringEnumMemberName("ports-published")]
    PortsPublished,

    [JsonStringEnumMemberName("ports-unpublished")]
    PortsUnpublished,

    /// <summary>The container is gone, or the attachment has failed: its clean-up begins.</summary>
    [JsonStringEnumMemberName("detaching")]
    Detaching,

    /// <summary>The DEL of every plugin has succeeded, or another container may have the attachment.</summary>
    [JsonStringEnumMemberName("detached")]
    Detached,

    /// <summary>An attempt to clean up has failed; it is retried.</summary>
    [JsonStringEnumMemberName("cleanup-failed")]
    CleanupFailed,

    /// <summary>A plugin has run.</summary>
    [JsonStringEnumMemberName("plugin")]
    Plugin,

    /// <summary>Repair has found something that it cannot repair, or not yet.</summary>
    [JsonStringEnumMemberName("found")]
    Found,

    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>Events are missing here.</summary>
    [JsonStringEnumMemberName("lost")]
    Lost,
}

/// <param name="HostPort">The host's port.</param>
/// <param name="ContainerPort">The container's port.</param>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostIp">The host address it listens on; null for all.</param>
internal sealed record HistoryPort(int HostPort, int ContainerPort, string Protocol, string? HostIp = null);

/// <summary>What a plugin was given and answered, without secrets.</summary>
/// <param name="Type">The plugin's type.</param>
/// <param name="Verb">CNI_COMMAND.</param>
/// <param name="Outcome">success, failure, timeout, signal or nostart.</param>
/// <param name="Milliseconds">Its duration.</param>
internal sealed record PluginRun(string Type, string Verb, string Outcome, double Milliseconds)
{
    /// <summary>The path of the plugin.</summary>
    public string? Path { get; init; }

    /// <summary>CNI_IFNAME.</summary>
    public string? Ifname { get; init; }

    /// <summary>CNI_NETNS.</summary>
    public string? Netns { get; init; }

    /// <summary>CNI_ARGS.</summary>
    public string? Args { get; init; }

    /// <summary>Stdin: JSON, or a text where it is none or was cut.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Absent where the plugin did not end by itself.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it; absent for none.</summary>
    public int? Signal { get; init; }

    /// <summary>Stdout: JSON, or a text where it is none or was cut.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>Stderr.</summary>
    public string? ErrorOutput { get; init; }

    /// <summary>Why it has not run to its end.</summary>
    public string? Error { get; init; }
}

/// <param name="Kind">As in `cnm-cni repair`.</param>
/// <param name="Subject">Id, name or path.</param>
/// <param name="What">What it is about.</param>
/// <param name="Why">What is wrong with it.</param>
/// <param name="Done">What was done, or what a person can do.</param>
internal sealed record HistoryFinding(string Kind, string Subject, string What, string Why, string Done);

/// <summary>Where a stream of new events begins: everything before is in the files.</summary>
/// <param name="Segment">The number of the file.</param>
/// <param name="Offset">In bytes, within it.</param>
internal sealed record HistoryPosition(long Segment, long Offset);

[JsonSourceGenerationOptions(
    MaxDepth = 1200, // An input as deep as CniInvoker reads, within its event.
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HistoryEvent))]
[JsonSerializable(typeof(HistoryPosition))]
[JsonSerializable(typeof(string))]
internal sealed partial class HistoryJson : JsonSerializerContext
{
    /// <summary>Texts as they are, so that the files can be searched.</summary>
    public static HistoryJson Readable() =>
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
