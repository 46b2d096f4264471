using System.Text.Json.Serialization;

namespace Bridge.Adapter.State;

/// <summary>
/// The common half of <see cref="AttachmentRecord"/> and <see cref="ReservationRecord"/>: what DEL needs, even when the configuration file,
/// the Docker network and the container are gone. Written before the first plugin runs, removed only after DEL has succeeded.
/// </summary>
/// <param name="CniNetwork">Name of the CNI network.</param>
internal abstract record PluginRecord(string CniNetwork) : IRecord
{
    /// <summary>The file's name, and the key of the gate of everybody who works on the record.</summary>
    [JsonIgnore]
    public abstract string Id { get; }

    public abstract int Version { get; init; }

    /// <summary>CNI_CONTAINERID of every run. An attachment has that of its reservation, where its address was reserved ahead.</summary>
    public abstract string ContainerId { get; init; }

    /// <summary>
    /// The boot in which the record was made. Links, namespaces and rules end with a boot; addresses in plugins' stores do not.
    /// </summary>
    public required string BootId { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>
    /// The MAC that Docker chose. It overrules plugins that ignore a requested MAC, and connects the two address requests of one endpoint.
    /// </summary>
    public string? Mac { get; init; }

    /// <summary>For people; Docker reports it late or never.</summary>
    public string? ContainerName { get; init; }

    /// <summary>
    /// The configuration list exactly as the plugins were given it: a later change or loss of the file does not change DEL.
    /// </summary>
    public required RecordedJson Configuration { get; init; }

    /// <summary>CNI_ARGS of every run, without <c>IgnoreUnknown</c>.</summary>
    public IReadOnlyList<CniArgument> Arguments { get; init; } = [];

    /// <summary>Capability arguments of every run, apart from <c>portMappings</c>.</summary>
    public RecordedJson? Capabilities { get; init; }

    /// <summary>The latest result of the plugins.</summary>
    public RecordedJson? Result { get; init; }

    /// <summary>
    /// The span of the call that let the clean-up begin, as W3C trace context; null: it was not recorded. Spans of the clean-up lead to it.
    /// </summary>
    public string? CausedBy { get; init; }

    /// <summary>Failed attempts to clean up.</summary>
    public int CleanupAttempts { get; init; }

    /// <summary>The error of the last failed attempt.</summary>
    public string? CleanupError { get; init; }

    /// <summary>The addresses of the link, without link-local ones; before it has been read, the reserved ones.</summary>
    [JsonIgnore]
    public abstract IEnumerable<Cidr> KnownAddresses { get; }

    /// <summary>Plugins have begun and their outcome is not recorded.</summary>
    [JsonIgnore]
    public abstract bool IsUnfinished { get; }

    /// <summary>Clean-up has begun, or waits.</summary>
    [JsonIgnore]
    public abstract bool IsCleanupPending { get; }
}

internal sealed record CniArgument(string Key, string Value);

/// <summary>The kernel's name of this boot; changes with every restart of the machine (proc(5), random/boot_id).</summary>
internal static class BootId
{
    public static string Current() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
