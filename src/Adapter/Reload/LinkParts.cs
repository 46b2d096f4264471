using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// What an attachment has among the links of the host: its interface's other end, the bridge device, forwarding. Starts no process.
/// </summary>
internal sealed class LinkParts(NetworkNamespace host) : IDisposable
{
    private const string VethKind = "veth";
    private const string BridgeKind = "bridge";

    private readonly KernelSwitch _forwarding = new("/proc/sys/net/ipv4/ip_forward");
    private readonly KernelSwitch _forwardingOfIPv6 = new("/proc/sys/net/ipv6/conf/all/forwarding");

    public void Dispose()
    {
        _forwarding.Dispose();
        _forwardingOfIPv6.Dispose();
    }

    /// <summary>The link of the container waits in the host namespace: Docker is moving it.</summary>
    public bool IsOnItsWay(AttachmentRecord record)
    {
        using var netlink = host.OpenNetlink();
        return !record.IsWarm && netlink.FindLink(record.HostInterfaceName) is { } link && record.Snapshot!.IsOfInHost(link);
    }

    public IReadOnlyList<MissingPart> Missing(AttachmentRecord record, HostPlugin? plugin)
    {
        using var netlink = host.OpenNetlink();
        if (!HasInterface(record, netlink))
            return [new MissingPart(HostPart.Interface, $"interface {record.NameInSandbox} of the container") { IsLost = true }];

        return plugin is { Type: HostPlugin.BridgeType } ? MissingOfBridge(record, plugin, netlink) : [];
    }

    /// <summary>The host's end of the container's veth; null where it has none.</summary>
    public static LinkInfo? HostSide(AttachmentRecord record, RouteNetlink netlink) =>
        record.Snapshot is { Kind: VethKind, PeerIsInHost: true, PeerIndex: { } index }
            && netlink.FindLink(index) is { Kind: VethKind } found ? found : null;

    private static bool HasInterface(AttachmentRecord record, RouteNetlink netlink)
    {
        if (record.IsWarm)
            return netlink.FindLink(record.HostInterfaceName) is { } waiting && record.Snapshot!.IsOfInHost(waiting);

        using var sandbox = Sandbox.TryOpen(record.SandboxKey!);
        return sandbox?.Netlink.Links().Any(record.Snapshot!.IsLike) == true;
    }

    private List<MissingPart> MissingOfBridge(AttachmentRecord record, HostPlugin plugin, RouteNetlink netlink)
    {
        var missing = new List<MissingPart>();
        var name = plugin.BridgeName;
        var bridge = netlink.FindLink(name) is { Kind: BridgeKind } found ? found : null;
        var result = CniRecord.Result(record)!;
        if (bridge is null)
            missing.Add(new MissingPart(HostPart.Bridge, $"bridge {name}") { IsLost = plugin.HasVlans });
        else if (!bridge.IsUp)
            missing.Add(new MissingPart(HostPart.Bridge, $"bridge {name}, which is down"));
        else if (plugin is { HasGateway: true, HasVlans: false } && WithoutGateway(result, bridge, netlink) is [var address, ..])
            missing.Add(new MissingPart(HostPart.Bridge, $"address {address} of bridge {name}"));
        else if (plugin.HasGateway && NotForwarded(result) is { } family)
            missing.Add(new MissingPart(HostPart.Bridge, $"forwarding of {family} by the host"));

        if (HostSide(record, netlink) is { } port && (bridge is null || port.Master != bridge.Index || !port.IsUp))
            missing.Add(new MissingPart(HostPart.BridgePort, $"port {port.Name} of bridge {name}") { IsLost = plugin.HasVlans });

        return missing;
    }

    private static string[] WithoutGateway(CniResult result, LinkInfo bridge, RouteNetlink netlink)
    {
        var present = netlink.Addresses(bridge).Select(address => $"{address.Address}/{address.PrefixLength}");
        return [.. result.Ips.Where(ip => ip.Gateway is not null).Select(ip => $"{ip.Gateway}/{ip.PrefixLength}").Except(present)];
    }

    private string? NotForwarded(CniResult result)
    {
        var families = result.Ips.Select(ip => ip.Address.AddressFamily).ToHashSet();
        return families.Contains(AddressFamily.InterNetwork) && !_forwarding.IsOn ? "IPv4"
            : families.Contains(AddressFamily.InterNetworkV6) && !_forwardingOfIPv6.IsOn ? "IPv6"
            : null;
    }
}
