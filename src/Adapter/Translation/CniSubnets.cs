using System.Net;
using System.Text.Json.Nodes;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>The subnets that a CNI network declares in its <c>ipam</c> section, in the forms of the host-local plugin; empty when they cannot be known from the configuration.</summary>
internal sealed record CniSubnet(IPNetwork Subnet, IPAddress Gateway)
{
    public static IReadOnlyList<CniSubnet> Of(NetworkConfiguration network) =>
        [.. network.Plugins.Take(1).Select(plugin => plugin.Json["ipam"]).OfType<JsonObject>().SelectMany(OfIpam)];

    private static IEnumerable<CniSubnet> OfIpam(JsonObject ipam)
    {
        var ranges = ipam["ranges"] is JsonArray sets ? sets.OfType<JsonArray>().SelectMany(set => set.OfType<JsonObject>()) : [];
        foreach (var range in ranges.Prepend(ipam))
        {
            if (Text(range, "subnet") is { } subnet && IPNetwork.TryParse(subnet, out var network))
            {
                yield return new CniSubnet(network, IPAddress.TryParse(Text(range, "gateway"), out var gateway) ? gateway : FirstHost(network));
            }
        }
    }

    private static string? Text(JsonObject json, string key) => json[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static IPAddress FirstHost(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1] += 1;
        return new IPAddress(bytes);
    }
}
