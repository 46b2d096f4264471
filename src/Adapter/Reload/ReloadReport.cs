using System.Text.Json.Serialization;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Reload;

/// <summary>What became of one attachment.</summary>
/// <param name="Record">The attachment.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Missing">What was not there.</param>
/// <param name="Message">Why it failed or was skipped, and what to do. Null otherwise.</param>
internal sealed record ReloadReport(
    AttachmentRecord Record, ReloadOutcome Outcome, IReadOnlyList<MissingPart> Missing, string? Message = null);

internal enum ReloadOutcome
{
    /// <summary>Everything is there.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    [JsonStringEnumMemberName("restored")]
    Restored,

    /// <summary>A dry run.</summary>
    [JsonStringEnumMemberName("would-be-restored")]
    WouldBeRestored,

    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Its container does not run, or is starting or ending.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}
