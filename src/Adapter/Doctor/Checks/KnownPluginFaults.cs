using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Checks;

/// <summary>A fault of certain releases of a stock plugin. docs/testing.md lists those that tests have found.</summary>
/// <param name="Type">The plugin.</param>
/// <param name="First">The first release that is known to have it.</param>
/// <param name="Fixed">The first release that is known not to have it.</param>
/// <param name="Weight">How much it weighs.</param>
/// <param name="What">The end of a sentence that begins with the plugin and its release.</param>
/// <param name="Why">What that means here.</param>
internal sealed record KnownPluginFault(
    string Type, Version First, Version Fixed, Weight Weight, string What, string Why)
{
    /// <summary>Whether a plugin with this configuration has it.</summary>
    public Func<PluginConfiguration, bool> Concerns { get; init; } = _ => true;

    public bool IsIn(Version release) => release >= First && release < Fixed;
}

internal static class KnownPluginFaults
{
    private static readonly Version Debian12 = new(1, 1, 1);
    private static readonly Version AfterDebian12 = new(1, 1, 2);

    public static IReadOnlyList<KnownPluginFault> All { get; } =
    [
        // CVE-2025-67499
        new("portmap", new(1, 6, 0), new(1, 9, 0), Weight.Warning,
            "sends every packet to a published port's number to the container, whatever its destination address (CVE-2025-67499)",
            "With the nftables back end it captures traffic between other hosts and containers that only passes this host.")
        {
            Concerns = plugin => IpamSection.Text(plugin.Json, "backend") == "nftables",
        },
        new("portmap", Debian12, AfterDebian12, Weight.Note,
            "fails CHECK for every container with published ports where ip6tables is installed",
            "`cnm-cni check` reports such containers. The ports work."),
        new("bandwidth", Debian12, AfterDebian12, Weight.Note,
            "crashes at CHECK of a container whose rates are not limited", "`cnm-cni check` reports such containers. They work."),
        new("bridge", Debian12, AfterDebian12, Weight.Note,
            "does not pass on the name servers of its IPAM plugin", "Write \"dns\" into the configuration of the bridge itself.")
        {
            Concerns = plugin => plugin.IpamType == "dhcp"
                || (plugin.Json["ipam"] is JsonObject ipam && (ipam["dns"] ?? ipam["resolvConf"]) is not null),
        },
        new("bridge", new(1, 9, 0), new(1, 9, 2), Weight.Note,
            "fails the first DEL with ipMasqBackend nftables where iptables is installed too",
            "cnm-cni repeats the DEL, which then succeeds.")
        {
            Concerns = plugin => IpamSection.Text(plugin.Json, "ipMasqBackend") == "nftables",
        },
        new("dhcp", new(0, 0), new(1, 2, 0), Weight.Note,
            "takes another lease at each CHECK",
            "cnm-cni does not run its CHECK; another runtime on the network may use up the addresses of the DHCP server."),
    ];
}
