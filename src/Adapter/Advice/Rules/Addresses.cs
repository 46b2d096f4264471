using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>The word that Calico replaces with the node's pod subnet.</summary>
internal sealed class PodSubnets : FileRule
{
    private const string Word = "usePodCidr";

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin is { IpamType: "host-local", Ipam: not null }
        from range in IpamSection.RangesOf(plugin.Ipam!)
        let subnet = LenientJson.Text(range, "subnet")
        where Word.Equals(subnet, StringComparison.OrdinalIgnoreCase) || subnet == "usePodCidrIPv6"
        select plugin.Type == "calico"
            ? file.Remark(
                $"is {subnet}: calico asks the API server for the pod subnet of this node (spec.podCIDR) and hands it to host-local. The " +
                "node must have one", $"{plugin.Place}.ipam")
            : file.Error($"is {subnet}, which only calico replaces: write the node's subnet", $"{plugin.Place}.ipam");
}

/// <summary>host-local without a range, below a plugin that another plugin runs.</summary>
internal sealed class RangesOfDelegates : FileRule
{
    // They fill the range in: flannel for its delegate, and the plugins of these networks for themselves.
    private static readonly string[] FillIn = ["flannel", "antrea", "calico", "galaxy", "cilium-cni"];

    private static readonly string[] PassOn =
        ["bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "ovs", "sriov", "ib-sriov", "bond"];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin is { IpamType: "host-local", Ipam: { } ipam } && plugin.Is(PassOn)
        where plugin.RunBy is { } runBy ? !FillIn.Contains(runBy.Type) : !StockMakers.Contains(plugin.Type)
        where IpamSection.RangesOf(plugin.Ipam!).All(range => range["subnet"] is null) && !Capabilities.Of(plugin).Contains("ipRanges")
        select file.Error("has no range for host-local: write \"ranges\": [[{\"subnet\": \"10.88.0.0/16\"}]]", $"{plugin.Place}.ipam");

    // CniInvoker checks these in the chain.
    private static IReadOnlyList<string> StockMakers => State.StockPlugins.Makers;
}

/// <summary>Addresses that the file fixes: one container can have them.</summary>
internal sealed class StaticAddresses : FileRule
{
    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin is { IpamType: "static", Ipam: not null } && IpamSection.Items(plugin.Ipam!, "addresses").Count > 0
        where plugin.RunBy is null
        select file.Remark(
            "names the addresses themselves, so one container at a time can be on the network. For more use host-local, or the " +
            "capability \"ips\" and docker run --ip", $"{plugin.Place}.ipam.addresses");
}

/// <summary>Subnets of the public Internet behind a bridge of the host.</summary>
internal sealed class PublicSubnets : FileRule
{
    // RFC 1918, 6598, 3927, 2544, 5737 and 6890; RFC 4193, 4291 and 3849.
    private static readonly IPNetwork[] Private =
    [
        .. new[]
        {
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "198.18.0.0/15", "192.0.2.0/24",
            "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8", "240.0.0.0/4", "fc00::/7", "fe80::/10", "2001:db8::/32", "64:ff9b::/96",
        }.Select(IPNetwork.Parse),
    ];

    protected override IEnumerable<Note> Find(NetworkFile file, Subject subject) =>
        from plugin in file.Plugins
        where plugin.Is("bridge", "ptp") && plugin is { IpamType: "host-local", Ipam: not null }
        from range in IpamSection.RangesOf(plugin.Ipam!)
        let subnet = CniSubnet.ReadSubnet(IpamSection.Text(range, "subnet"))
        where subnet is { } found && !Private.Any(one => CniSubnet.Overlap(one, found))
        select file.Remark(
            $"subnet {subnet} is not private: hosts of the Internet with these addresses cannot be reached from here. Unless it is " +
            $"your own, take one of {(subnet.Value.BaseAddress.ToString().Contains(':') ? "fd00::/8" : "10.0.0.0/8")}");
}
