using System.Text.Json.Serialization;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>What has become of a finding.</summary>
internal enum FindingState
{
    [JsonStringEnumMemberName("repaired")]
    Repaired,

    /// <summary>RepairResult was tried, and is tried again by itself.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>For a person to look at: nothing is done about it.</summary>
    [JsonStringEnumMemberName("reported")]
    Reported,

    /// <summary>Seen too lately to be certain; looked at again by itself.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>It was only looked.</summary>
    [JsonStringEnumMemberName("would-be-repaired")]
    WouldBeRepaired,
}
