using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair.Findings;

namespace Bridge.Adapter.Repair.Inspections;

/// <summary>Holds one thing against another. Only looks: what is done about a finding is in the finding.</summary>
internal interface IInspection
{
    /// <returns>What it found; null when it could not look, or need not this time: then what it found before stands.</returns>
    /// <exception cref="DockerException">Docker does not say what it has.</exception>
    Task<IReadOnlyList<Finding>?> InspectAsync(InspectionContext context, CancellationToken cancellationToken);
}
