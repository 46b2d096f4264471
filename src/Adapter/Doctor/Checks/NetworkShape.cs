using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Checks;

/// <summary>What the checks of the host's network need to know of a CNI network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">Its file.</param>
/// <param name="Main">The plugin that makes the interface.</param>
/// <param name="Types">The types of its chain.</param>
/// <param name="Subnets">The subnets that it declares, or has by a lease.</param>
internal sealed record NetworkShape(
    string Name, string File, PluginConfiguration Main, IReadOnlyList<string> Types, IReadOnlyList<IPNetwork> Subnets)
{
    public static NetworkShape Of(NetworkConfiguration network) => new(
        network.Name, network.Source, MainPlugin.Of(Delegates.Resolve(network)), [.. network.Plugins.Select(plugin => plugin.Type)],
        [.. CniSubnet.Of(network).Select(subnet => subnet.Subnet)])
    {
        FirewallBackend = network.Plugins.FirstOrDefault(plugin => plugin.Type == "firewall") is { } firewall
            ? IpamSection.Text(firewall.Json, "backend") ?? ""
            : null,
    };

    /// <summary>
    /// Packets of its containers pass the host's own routing. Those of macvlan leave over the parent, those of a bridge without an address
    /// of the host over another port of it.
    /// </summary>
    public bool IsRouted => Main.Type switch
    {
        "bridge" => CniSubnet.IsSet(Main, "isGateway") || CniSubnet.IsSet(Main, "isDefaultGateway") || CniSubnet.IsSet(Main, "ipMasq"),
        "ptp" or FlannelLease.Plugin => true,
        _ => false,
    };

    /// <summary>Its plugin is known here, and so whether its packets are routed.</summary>
    public bool IsKnown => IsRouted || StockPlugins.Contains(Main.Type);

    /// <summary>Why nobody can say what becomes of its packets, as a clause; null where that follows from its configuration.</summary>
    public string? WhyUnknown =>
        !IsKnown ? $"CNI network {Name}: how its plugin {Main.Type} leads packets through the host is not known"
        : IsRouted && Subnets.Count == 0 ? $"CNI network {Name}: its configuration does not state its subnets"
        : null;

    /// <summary>The back end that its plugin firewall is configured with; empty: the one that runs; null without the plugin.</summary>
    public string? FirewallBackend { get; private init; }

    /// <summary>Its bridge on the host; null without one.</summary>
    public string? Bridge => Main.Type switch
    {
        "bridge" => IpamSection.Text(Main.Json, "bridge") is { Length: > 0 } name ? name : "cni0",
        FlannelLease.Plugin => Main.Json["delegate"] is JsonObject own && IpamSection.Text(own, "bridge") is { Length: > 0 } name
            ? name
            : "cni0",
        _ => null,
    };

    /// <summary>The link that it builds on; null without one.</summary>
    public string? Master => Main.Type is "macvlan" or "ipvlan" or "vlan" && IpamSection.Text(Main.Json, "master") is { Length: > 0 } name
        ? name
        : null;

    /// <summary>The MTU in its configuration; null where that has none.</summary>
    public int? Mtu => Main.Json["mtu"] is { } value && value.GetValueKind() == JsonValueKind.Number
        && value.AsValue().TryGetValue(out int mtu) && mtu > 0 ? mtu : null;

    public bool Has(string type) => Types.Contains(type);

    public bool HasIPv6 => Subnets.Any(subnet => subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6);

    /// <summary>Late addresses of the subnet, which a container rarely has.</summary>
    public static (IPAddress One, IPAddress Other) Addresses(IPNetwork subnet)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        for (var bit = subnet.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));

        var other = (byte[])bytes.Clone();
        bytes[^1] = (byte)(bytes[^1] & ~1);
        other[^1] = (byte)((other[^1] & ~1) - 1);
        return (new IPAddress(bytes), new IPAddress(other));
    }
}
