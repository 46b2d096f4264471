using Bridge.Adapter.Attachments;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// Puts parts of an attachment back, each by the plugin that made it. Changes no record: whatever it makes is what the attachment's DEL
/// removes, so it may end anywhere. The caller holds the endpoint's gate.
/// </summary>
internal sealed class Restoration(
    StandIns standIns, BandwidthParts bandwidth, Arrivals arrivals, Journal journal, CniAttachment cni, CniRuntime runtime,
    NetworkNamespace host)
{
    /// <exception cref="CniException">A plugin failed.</exception>
    /// <exception cref="IOException">The kernel refused.</exception>
    public async Task RestoreAsync(AttachmentRecord record, HostPlugin? plugin, IEnumerable<HostPart> parts)
    {
        foreach (var part in parts.Order())
            await RestoreAsync(record, plugin, part);
    }

    private Task RestoreAsync(AttachmentRecord record, HostPlugin? plugin, HostPart part) => part switch
    {
        HostPart.Bridge => standIns.MakeBridgeAsync(record, plugin!),
        HostPart.BridgePort => ConnectAsync(record, plugin!),
        HostPart.Masquerade => standIns.MakeMasqueradeAsync(record, plugin!),
        HostPart.AcceptRules => AddAsync(record, cni.Parts(record).Attaching.WithPlugins(one => one.Type == "firewall")),
        HostPart.Bandwidth => LimitAsync(record),
        HostPart.PublishedPorts => PublishAsync(record),
        _ => Task.CompletedTask, // Only a restart of the container can.
    };

    private Task ConnectAsync(AttachmentRecord record, HostPlugin plugin)
    {
        using var netlink = host.OpenNetlink();
        var bridge = netlink.FindLink(plugin.BridgeName)
            ?? throw new IOException($"plugin {plugin.Type} reported success, and there is no bridge {plugin.BridgeName}");
        if (LinkParts.HostSide(record, netlink) is not { } port)
            return Task.CompletedTask;

        if (port.Master != bridge.Index)
            netlink.SetBridge(port.Index, bridge.Index, plugin.IsHairpin, plugin.IsIsolated);

        if (!port.IsUp)
            netlink.SetUp(port.Index);

        Announce(netlink, plugin.BridgeName);
        return Task.CompletedTask;
    }

    // Another runtime may have made the bridge device again, with another MAC than the containers remember as that of their gateway.
    private void Announce(RouteNetlink netlink, string bridge)
    {
        if (netlink.FindLink(bridge) is { } link)
            Announcement.Send(host, link, netlink.Addresses(link));
    }

    // Its ADD adds only what is missing (plugins/meta/firewall/iptables.go), so what is still there stays.
    private async Task AddAsync(AttachmentRecord record, NetworkConfiguration plugins) =>
        await runtime.AddAsync(plugins, cni.Of(record), CniRecord.Result(record), CancellationToken.None);

    // Its ADD may not find a part of its rules where they were (portmap with nftables adds all of them again).
    private async Task PublishAsync(AttachmentRecord record)
    {
        var publishing = cni.Parts(record).Publishing;
        await runtime.DeleteAsync(publishing, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
        await AddAsync(record, publishing);
    }

    // The plugin finds the host's end by the interface in the container, whose namespace must be at the attachment's path.
    private async Task LimitAsync(AttachmentRecord record)
    {
        if (await arrivals.TryFinishAsync(record) is not ArrivalState.Arrived)
            throw new IOException("plugin bandwidth finds the container's interface only as it was made, and the container has changed it");

        var current = journal.Attachments.Find(record.EndpointId)!; // With what was learned on arrival.
        var plugins = cni.Parts(current).Attaching.WithPlugins(one => one.Type == BandwidthParts.Plugin);
        var (attachment, result) = (cni.InSandbox(current), CniRecord.ResultInSandbox(current));
        bandwidth.Clear(current);
        await runtime.DeleteAsync(plugins, attachment, result, CancellationToken.None);
        await runtime.AddAsync(plugins, attachment, result, CancellationToken.None);
    }
}
