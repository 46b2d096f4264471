using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// What plugin bandwidth makes on the host's end of a veth: a token bucket for what the container receives; for what it sends, a
/// redirection to an ifb device with one (containernetworking/plugins plugins/meta/bandwidth).
/// </summary>
internal sealed class BandwidthParts(NetworkNamespace host)
{
    public const string Plugin = "bandwidth";

    private const string TokenBucket = "tbf";
    private const string DevicePrefix = "bwp";
    private const int LongestName = 15;

    public MissingPart? Missing(AttachmentRecord record, ChainParts ran)
    {
        if (ran.Attaching.Plugins.FirstOrDefault(plugin => plugin.Type == Plugin) is not { } bandwidth)
            return null;

        using var netlink = host.OpenNetlink();
        if (LinkParts.HostSide(record, netlink) is not { } link)
            return null;

        var limits = Limits(bandwidth, record);
        var isWhole = (!IsLimited(limits, "ingressRate") || netlink.QdiscKind(link, Rtnetlink.TC_H_ROOT) == TokenBucket)
            && (!IsLimited(limits, "egressRate") || IsRedirected(record, link, netlink));
        return isWhole ? null : new MissingPart(HostPart.Bandwidth, $"bandwidth limits of {link.Name}");
    }

    /// <summary>Removes what is left, so that the plugin can make it: its ADD fails where a part of it exists.</summary>
    public void Clear(AttachmentRecord record)
    {
        using var netlink = host.OpenNetlink();
        if (LinkParts.HostSide(record, netlink) is not { } link)
            return;

        if (netlink.QdiscKind(link, Rtnetlink.TC_H_ROOT) == TokenBucket)
            netlink.RemoveQdisc(link, Rtnetlink.TC_H_ROOT);

        netlink.RemoveQdisc(link, Rtnetlink.TC_H_INGRESS);
    }

    private static bool IsRedirected(AttachmentRecord record, LinkInfo link, RouteNetlink netlink)
    {
        var hash = Convert.ToHexStringLower(NameHash.Sha512(record.CniNetwork + record.ContainerId));
        return netlink.QdiscKind(link, Rtnetlink.TC_H_INGRESS) is not null
            && netlink.FindLink((DevicePrefix + hash)[..LongestName]) is { } device
            && netlink.QdiscKind(device, Rtnetlink.TC_H_ROOT) == TokenBucket;
    }

    // Its own limits come before the capability's (main.go, getBandwidth).
    private static JsonObject Limits(PluginConfiguration plugin, AttachmentRecord record)
    {
        var json = plugin.Json;
        return json.ContainsKey("ingressRate") || json.ContainsKey("egressRate")
            ? json
            : record.Capabilities?.ToObject()?[BandwidthLimits.Capability] as JsonObject ?? [];
    }

    private static bool IsLimited(JsonObject limits, string key) =>
        limits[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double rate) && rate > 0;
}
