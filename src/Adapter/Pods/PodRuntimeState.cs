using System.Text.Json.Serialization;

namespace Bridge.Adapter.Pods;

/// <summary>How the container runtime took a question about its pods.</summary>
internal enum PodRuntimeState
{
    /// <summary>There is none, or it does not run pods (a containerd that serves Docker alone).</summary>
    [JsonStringEnumMemberName("absent")]
    Absent,

    /// <summary>It answered; what it did not name does not exist.</summary>
    [JsonStringEnumMemberName("answers")]
    Answers,

    /// <summary>It is there, and did not answer in time or not to the point.</summary>
    [JsonStringEnumMemberName("silent")]
    Silent,
}
