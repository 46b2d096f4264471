using Bridge.Adapter.Service;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The rights of this process, which are those that a daemon started in its place would have.</summary>
/// <param name="IsRoot">Its effective user is root.</param>
/// <param name="MissingCapabilities">Those that the daemon needs and this process lacks.</param>
internal sealed record RightsReading(bool IsRoot, IReadOnlyList<string> MissingCapabilities)
{
    public static RightsReading Read() => new(Environment.IsPrivilegedProcess, ProcessRights.MissingCapabilities());
}
