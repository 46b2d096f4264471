using Bridge.Adapter.Doctor.Checks;

namespace Bridge.Adapter.Doctor;

/// <summary>Every check, in the order in which findings of one weight are shown: what others rest on comes first.</summary>
internal static class CheckTable
{
    public static IReadOnlyList<ICheck> All { get; } =
    [
        new SettingsFileCheck(),
        new RightsCheck(),
        new DaemonCheck(),
        new UnitsCheck(),
        new BootOrderCheck(),
        new StateDirectoryCheck(),
        new DiskSpaceCheck(),
        new DaemonFindingsCheck(),
        new AttachmentsCheck(),
        new LeftoversCheck(),
        new ClockCheck(),
        new DockerCheck(),
        new DockerVersionCheck(),
        new DockerNetworksCheck(),
        new RestartPolicyCheck(),
        new LiveRestoreCheck(),
        new DirectoriesCheck(),
        new NetworksCheck(),
        new SubnetsCheck(),
        new AddressPoolCheck(),
        new PluginFilesCheck(),
        new PluginVersionsCheck(),
        new PluginFaultsCheck(),
        new ContainerRuntimeCheck(),
        new KernelFeaturesCheck(),
        new ForwardingCheck(),
        new ForwardingOfIPv6Check(),
        new IptablesForwardCheck(),
        new LegacyForwardCheck(),
        new NftablesForwardCheck(),
        new FirewalldZoneCheck(),
        new FirewallLeftoversCheck(),
        new FirewallProgramsCheck(),
        new BridgeNetfilterCheck(),
        new ReversePathFilterCheck(),
        new MtuCheck(),
        new BridgePortsCheck(),
        new ConnectionsCheck(),
        new DenialsCheck(),
    ];
}
