using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// The plugin that made the interface, as it ran: <c>bridge</c> or <c>ptp</c>, also where flannel ran it as its delegate.
/// </summary>
/// <param name="network">The network's name and version, for the plugin's runs.</param>
/// <param name="json">The plugin's entry.</param>
internal sealed class HostPlugin(NetworkConfiguration network, JsonObject json)
{
    public const string BridgeType = "bridge";
    public const string PointToPointType = "ptp";

    // Where flannel keeps what it ran its delegate with, for DEL (flannel-io/cni-plugin, flannel.go).
    private const string FlannelDirectory = "/var/lib/cni/flannel";
    private const int LargestFile = 256 * 1024;

    // The plugin's default.
    private const string UsualBridge = "cni0";

    public string Type => IpamSection.Text(json, "type")!;

    public string BridgeName => IpamSection.Text(json, "bridge") is { Length: > 0 } name ? name : UsualBridge;

    public bool HasGateway => Is("isGateway") || Is("isDefaultGateway");

    public bool Masquerades => Is("ipMasq") && json["ipam"] is not null;

    public bool ChecksMac => Type == BridgeType && Is("macspoofchk");

    public bool IsHairpin => Is("hairpinMode");

    public bool IsIsolated => Is("portIsolation");

    /// <summary>Its ports have VLANs.</summary>
    public bool HasVlans => json["vlanTrunk"] is not null || json["vlan"]?.ToString() is not (null or "0");

    /// <summary>Null: neither of them, or flannel without its file.</summary>
    public static HostPlugin? Of(AttachmentRecord record)
    {
        var network = CniRecord.Configuration(record);
        var main = MainPlugin.Of(network);
        var json = main.Type == FlannelLease.Plugin ? Delegate(main, record.ContainerId) : main.Json;
        return json is not null && IpamSection.Text(json, "type") is BridgeType or PointToPointType ? new HostPlugin(network, json) : null;
    }

    /// <summary>
    /// For a stand-in that makes the bridge device with its addresses, and turns forwarding on; and nothing else.
    /// The stand-in's own addresses are of the ranges for documentation (RFC 5737, RFC 3849): nobody talks to them.
    /// </summary>
    /// <param name="result">The container's result, which names the gateways.</param>
    public NetworkConfiguration ForBridge(CniResult result) => With(plugin =>
    {
        plugin["isGateway"] = HasGateway;
        plugin["isDefaultGateway"] = false;
        plugin["ipMasq"] = false;
        plugin["macspoofchk"] = false;
        if (result.Ips.Count > 0)
        {
            plugin["ipam"] = Static(result.Ips.Select((ip, number) =>
                (Address: ip.Address.GetAddressBytes().Length == 4 ? $"192.0.2.{number + 1}" : $"2001:db8::{number + 1}", Ip: ip)),
                withGateway: true);
        }
    });

    /// <summary>
    /// For a stand-in that makes the masquerade of the container's addresses, and nothing else: it is alone on a bridge of its own.
    /// </summary>
    /// <param name="bridge">The name of that bridge.</param>
    /// <param name="result">The container's result.</param>
    public NetworkConfiguration ForMasquerade(string bridge, CniResult result) => With(plugin =>
    {
        if (Type == BridgeType)
        {
            foreach (var key in (string[])["isGateway", "isDefaultGateway", "macspoofchk", "promiscMode", "vlan", "vlanTrunk"])
                plugin.Remove(key);

            plugin["bridge"] = bridge;
        }

        plugin["ipam"] = Static(result.Ips.Select(ip => ($"{ip.Address}", ip)), withGateway: Type == PointToPointType);
    });

    private NetworkConfiguration With(Action<JsonObject> edit)
    {
        var plugin = (JsonObject)json.DeepClone();
        plugin.Remove("args"); // Requested addresses, for example.
        plugin.Remove("cniVersion");
        plugin.Remove("name");
        edit(plugin);
        var list = new JsonObject { ["cniVersion"] = network.CniVersion, ["name"] = network.Name, ["plugins"] = new JsonArray(plugin) };
        return NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(list.ToJsonString()), network.Source);
    }

    private static JsonObject Static(IEnumerable<(string Address, CniIp Ip)> addresses, bool withGateway) => new()
    {
        ["type"] = IpamConfiguration.Static,
        ["addresses"] = new JsonArray([.. addresses.Select(one =>
        {
            var address = new JsonObject { ["address"] = $"{one.Address}/{one.Ip.PrefixLength}" };
            if (withGateway && one.Ip.Gateway is { } gateway)
                address["gateway"] = $"{gateway}";

            return (JsonNode)address;
        })]),
    };

    private static JsonObject? Delegate(PluginConfiguration flannel, string containerId)
    {
        var directory = IpamSection.Text(flannel.Json, "dataDir") is { Length: > 0 } chosen ? chosen : FlannelDirectory;
        try
        {
            var file = new FileInfo(Path.Combine(directory, containerId));
            return file is { Exists: true, Length: <= LargestFile } ? JsonNode.Parse(File.ReadAllBytes(file.FullName)) as JsonObject : null;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    private bool Is(string key) => json[key] is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
