using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Sandboxes.Links;
using static Bridge.Adapter.Tests.Doctor.SoundHost;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>Hosts with a fault of their links.</summary>
internal static class RedLinks
{
    public static IReadOnlyList<RedHost> All { get; } =
    [
        new("mtu", (_, host) => host with { Links = Of(host.Links.Value! with { Links = [Link("eth0", 1400)] }) },
            Weight.Warning, "have MTU 1450, and the uplink eth0 has 1400", "sed -i -E 's/"),
        new("mtu", (sound, host) => host with
            {
                Networks = Of(sound.Networks(Conflist("""
                    { "type": "macvlan", "master": "eth0", "mtu": 9000, "ipam": { "type": "host-local", "subnet": "10.88.0.0/24" } }
                    """))),
            }, Weight.Error, "has MTU 9000, and its master eth0 has 1500", "9000([^0-9]|$)/\\11500"),
        new("bridge-ports", (_, host) => host with { Links = Of(host.Links.Value! with { Links = [.. BridgeWith(1023)] }) },
            Weight.Error, "Bridge cni0 has 1,023 ports, the most that the kernel allows.", "ip link show master cni0"),
        new("bridge-ports", (_, host) => host with { Links = Of(host.Links.Value! with { Links = [.. BridgeWith(973)] }) },
            Weight.Warning, "Bridge cni0 has 50 of 1,023 ports left.", "cnm-cni status"),
    ];

    private static IEnumerable<LinkInfo> BridgeWith(int ports)
    {
        const int Index = 7;
        return Enumerable.Range(Index + 1, ports).Select(index => Link($"veth{index}", 1500) with { Index = index, Master = Index })
            .Prepend(Link(SoundHost.Bridge, 1500) with { Index = Index, Kind = "bridge" });
    }
}
