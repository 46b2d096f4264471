using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// portmap, bridge and ptp (containernetworking/plugins 1.6 and newer) use iptables where it works at that moment, and nftables otherwise.
/// DEL chooses anew: it finds nothing when iptables works now and did not at ADD, or was installed or removed in between. Plugin firewall
/// uses firewalld where that runs at that moment, and iptables otherwise; what it gave to firewalld ends with firewalld.
/// </summary>
internal static class FirewallBackends
{
    private const string Firewall = "firewall";
    private const string Iptables = "iptables";

    private static readonly string[] Backends = ["nftables", Iptables];

    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["portmap"] = "backend", ["bridge"] = "ipMasqBackend", ["ptp"] = "ipMasqBackend", [Firewall] = "backend",
    };

    /// <returns>The chain with each back end by name, where it leaves the choice to plugins.</returns>
    public static IEnumerable<NetworkConfiguration> Of(NetworkConfiguration chain) =>
        chain.Plugins.Any(Chooses) ? Backends.Select(backend => With(chain, backend)) : [];

    private static bool Chooses(PluginConfiguration plugin) =>
        Keys.TryGetValue(plugin.Type, out var key) && !plugin.Json.ContainsKey(key);

    private static NetworkConfiguration With(NetworkConfiguration chain, string backend) => EditedNetwork.Of(chain, written =>
    {
        foreach (var (plugin, entry) in chain.Plugins.Zip(written).Where(pair => Chooses(pair.First)))
        {
            if (plugin.Type != Firewall || backend == Iptables)
                entry[Keys[plugin.Type]] = backend;
        }
    });
}
