using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Doctor.Firewall;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>All that the checks judge, read once. Each part is missing where its source did not answer.</summary>
/// <param name="Settings">The settings in force.</param>
internal sealed record HostReadings(SettingsReading Settings)
{
    private const string Unread = "it was not read";

    public Reading<RightsReading> Rights { get; init; } = Reading<RightsReading>.Not(Unread);

    public Reading<StatusResponse> Daemon { get; init; } = Reading<StatusResponse>.Not(Unread);

    /// <summary>What attachments of running containers have lost on the host.</summary>
    public Reading<ReloadResponse> Attachments { get; init; } = Reading<ReloadResponse>.Not(Unread);

    public Reading<StateReading> State { get; init; } = Reading<StateReading>.Not(Unread);

    public Reading<DisksReading> Disks { get; init; } = Reading<DisksReading>.Not(Unread);

    public Reading<ClockReading> Clock { get; init; } = Reading<ClockReading>.Not(Unread);

    public Reading<DockerReading> Docker { get; init; } = Reading<DockerReading>.Not(Unread);

    public Reading<UnitsReading> Units { get; init; } = Reading<UnitsReading>.Not(Unread);

    public Reading<FoundDirectories> Directories { get; init; } = Reading<FoundDirectories>.Not(Unread);

    public Reading<NetworksReading> Networks { get; init; } = Reading<NetworksReading>.Not(Unread);

    /// <summary>The CNI networks, for checks that say nothing where there is none.</summary>
    public Reading<NetworksReading> Configured => Networks.Value is { Networks.Count: 0 }
        ? Reading<NetworksReading>.Not("there is no CNI network")
        : Networks;

    public Reading<PluginsReading> Plugins { get; init; } = Reading<PluginsReading>.Not(Unread);

    public Reading<PoolsReading> Pools { get; init; } = Reading<PoolsReading>.Not(Unread);

    public Reading<PackagesReading> Packages { get; init; } = Reading<PackagesReading>.Not(Unread);

    public Reading<KernelReading> Kernel { get; init; } = Reading<KernelReading>.Not(Unread);

    public Reading<SysctlsReading> Sysctls { get; init; } = Reading<SysctlsReading>.Not(Unread);

    public Reading<LinksReading> Links { get; init; } = Reading<LinksReading>.Not(Unread);

    public Reading<FirewallReading> Firewall { get; init; } = Reading<FirewallReading>.Not(Unread);

    public Reading<DenialsReading> Denials { get; init; } = Reading<DenialsReading>.Not(Unread);
}
