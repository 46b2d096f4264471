namespace Bridge.Adapter.State;

/// <summary>
/// The plugins of containernetworking/plugins, but for those that give addresses. Whatever they make ends with the kernel.
/// </summary>
internal static class StockPlugins
{
    /// <summary>Each makes the interface CNI_IFNAME, so a working chain has at most one of them.</summary>
    public static IReadOnlyList<string> Makers { get; } =
        ["bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "dummy", "tap"];

    /// <summary>They configure the interface of another plugin.</summary>
    public static IReadOnlyList<string> Helpers { get; } =
        ["loopback", "portmap", "bandwidth", "firewall", "tuning", "sbr", "vrf"];

    public static bool Contains(string type) => Makers.Contains(type) || Helpers.Contains(type);
}
