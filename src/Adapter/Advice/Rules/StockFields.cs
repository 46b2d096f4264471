namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// The fields of the stock plugins by type (containernetworking/plugins, the NetConf of each main.go). Go refuses a whole configuration
/// for one value of another type.
/// </summary>
/// <param name="Flags">true or false.</param>
/// <param name="Numbers">Whole numbers.</param>
/// <param name="Texts">Strings.</param>
/// <param name="Others">Lists and objects.</param>
internal sealed record StockFields(string[] Flags, string[] Numbers, string[] Texts, string[] Others)
{
    // Of every plugin (CNI SPEC section 1), and what runtimes write into their files.
    private static readonly string[] Common =
    [
        "cniVersion", "cniVersions", "name", "type", "capabilities", "ipam", "dns", "args", "runtimeConfig", "prevResult", "disableCheck",
        "disableGC", "ipMasq", "nerdctlID", "nerdctlLabels", "valid", "delegates", "delegate",
    ];

    private static readonly Dictionary<string, StockFields> ByType = new(StringComparer.Ordinal)
    {
        ["bridge"] = new(
            ["isGateway", "isDefaultGateway", "forceAddress", "ipMasq", "hairpinMode", "promiscMode", "preserveDefaultVlan", "macspoofchk",
                "enabledad", "disableContainerInterface", "portIsolation"],
            ["mtu", "vlan"], ["bridge", "mac", "ipMasqBackend"], ["vlanTrunk"]),
        ["ptp"] = new(["ipMasq"], ["mtu"], ["ipMasqBackend"], []),
        ["macvlan"] = new(["linkInContainer"], ["mtu", "bcqueuelen"], ["master", "mode", "mac"], []),
        ["ipvlan"] = new(["linkInContainer"], ["mtu"], ["master", "mode"], []),
        ["vlan"] = new(["linkInContainer"], ["mtu", "vlanId"], ["master"], []),
        ["host-device"] = new([], [], ["device", "hwaddr", "kernelpath", "pciBusID", "deviceID", "auxDevice"], []),
        ["tap"] = new(["multiQueue"], ["mtu", "owner", "group"], ["mac", "selinuxContext", "bridge"], []),
        ["dummy"] = new([], [], [], []),
        ["portmap"] = new(
            ["snat", "masqAll"], ["markMasqBit"], ["externalSetMarkChain", "backend"], ["conditionsV4", "conditionsV6"]),
        ["bandwidth"] = new(
            [], ["ingressRate", "ingressBurst", "egressRate", "egressBurst"], [], ["shapedSubnets", "unshapedSubnets"]),
        ["firewall"] = new([], [], ["backend", "iptablesAdminChainName", "firewalldZone", "ingressPolicy"], []),
        ["tuning"] = new(["promisc", "allmulti"], ["mtu", "txQLen"], ["mac", "dataDir"], ["sysctl"]),
        ["sbr"] = new([], ["table"], [], []),
        ["vrf"] = new([], ["table"], ["vrfname"], []),
        ["loopback"] = new([], [], [], []),
    };

    /// <returns>Null for another plugin.</returns>
    public static StockFields? Of(string type) => ByType.GetValueOrDefault(type);

    public IEnumerable<string> Own => [.. Flags, .. Numbers, .. Texts, .. Others];

    public bool Contains(string key) => Own.Contains(key, StringComparer.OrdinalIgnoreCase);

    public static bool IsCommon(string key) =>
        Common.Contains(key, StringComparer.OrdinalIgnoreCase) || key.Contains('/', StringComparison.Ordinal);
}
