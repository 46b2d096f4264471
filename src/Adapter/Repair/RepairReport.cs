using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair;

/// <summary>What came of one round.</summary>
/// <param name="Findings">What was found, in the order of looking.</param>
/// <param name="DockerFailure">Why Docker could not be compared with.</param>
/// <param name="Problems">Why something else could not be looked at.</param>
internal sealed record RepairReport(IReadOnlyList<FindingReport> Findings, DockerException? DockerFailure, IReadOnlyList<Exception> Problems);
