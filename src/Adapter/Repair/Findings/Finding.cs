using System.Text.Json.Serialization;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>A disagreement between the journal, Docker, the kernel and the stores of IPAM plugins.</summary>
/// <param name="Kind">What disagrees.</param>
/// <param name="Subject">Id, name or path: with the kind, the same in every pass.</param>
/// <param name="What">The thing, by name where it is known. Begins a sentence.</param>
/// <param name="Why">What is wrong with it. Continues behind a colon.</param>
internal sealed record Finding(FindingKind Kind, string Subject, string What, string Why)
{
    public (FindingKind, string) Key => (Kind, Subject);

    /// <summary>What a person can do when it is not repaired. A sentence of its own.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>How long it must persist before it counts: work in progress looks the same.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>
    /// Checks again under the gate or lock that is needed, and repairs; null when only a person may do that. A foreseeable failure is a
    /// <see cref="RepairResult"/> too.
    /// </summary>
    public Func<CancellationToken, Task<RepairResult>>? Repair { get; init; }

    public FindingReport As(FindingState state, string done) => new(Kind, Subject, What, Why, state, done);
}

/// <summary>A finding and its outcome.</summary>
/// <param name="Kind">As of the finding.</param>
/// <param name="Subject">As of the finding.</param>
/// <param name="What">As of the finding.</param>
/// <param name="Why">As of the finding.</param>
/// <param name="State">The outcome.</param>
/// <param name="Done">What was done, or what a person can do.</param>
internal sealed record FindingReport(FindingKind Kind, string Subject, string What, string Why, FindingState State, string Done)
{
    public (FindingKind, string) Key => (Kind, Subject);
}

internal enum FindingState
{
    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>The repair failed, and is retried.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Only a person can repair it.</summary>
    [JsonStringEnumMemberName("reported")]
    Reported,

    /// <summary>Still in its grace period; inspected again.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Dry run.</summary>
    [JsonStringEnumMemberName("would-be-repaired")]
    WouldBeRepaired,
}

/// <param name="State">Null: there was nothing to repair any more.</param>
/// <param name="Done">What was done, or why not. A sentence.</param>
internal sealed record RepairResult(FindingState? State, string Done)
{
    public static RepairResult Unneeded { get; } = new(null, "");

    public static RepairResult Repaired(string done) => new(FindingState.Repaired, done);

    public static RepairResult Failed(string reason) => new(FindingState.Failed, reason);

    public static RepairResult Reported(string reason) => new(FindingState.Reported, reason);
}

/// <summary>Names of records in findings, and a remedy.</summary>
internal static class RecordText
{
    /// <summary>Begins a sentence: <c>container web (endpoint 5f2b7c3c7a0e) on CNI network pods, 10.88.0.2</c>.</summary>
    public static string Text(this PluginRecord record)
    {
        var name = record switch
        {
            AttachmentRecord { ContainerName: { } container } => $"container {container} (endpoint {DockerId.Short(record.Id)})",
            AttachmentRecord { IsWarm: true } => $"warm attachment {DockerId.Short(record.Id)}",
            AttachmentRecord => $"endpoint {DockerId.Short(record.Id)}",
            _ => $"reservation {DockerId.Short(record.Id)}",
        };
        return $"{name} on CNI network {record.CniNetwork}{string.Concat(record.KnownAddresses.Select(address => $", {address.Address}"))}";
    }

    /// <summary>The command that gives a container a new attachment.</summary>
    public static string Restart(string? containerName) =>
        containerName is null ? "Restart the container (docker restart)." : $"Restart the container: docker restart {containerName}.";
}
