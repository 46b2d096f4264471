using System.Text.Json.Serialization;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>What has become of a finding.</summary>
internal enum FindingState
{
    [JsonStringEnumMemberName("mended")]
    Mended,

    /// <summary>Mending was tried, and is tried again by itself.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>For a person to look at: nothing is done about it.</summary>
    [JsonStringEnumMemberName("left")]
    Left,

    /// <summary>Seen too lately to be certain; looked at again by itself.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>It was only looked.</summary>
    [JsonStringEnumMemberName("would-be-mended")]
    WouldBeMended,
}
