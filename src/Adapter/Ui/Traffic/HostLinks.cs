using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;
using CniInvoker;

namespace Bridge.Adapter.Ui.Traffic;

/// <summary>The links of this host at one moment, and which of them lead to whom.</summary>
internal sealed class HostLinks
{
    private readonly Dictionary<string, LinkInfo> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<int, LinkInfo> _byIndex = [];
    private readonly ILookup<int, string> _addresses;
    private readonly Dictionary<string, int> _ports = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _macs = new(StringComparer.Ordinal);

    private HostLinks(
        IReadOnlyList<LinkInfo> links, IReadOnlyList<(int Link, string Address, int PrefixLength)> addresses,
        IReadOnlyList<(string Mac, int Port)> forwarding, IReadOnlyList<(string Address, string Mac)> neighbours)
    {
        foreach (var link in links)
        {
            _byName[link.Name] = link;
            _byIndex[link.Index] = link;
        }

        _addresses = addresses.ToLookup(found => found.Link, found => $"{found.Address}/{found.PrefixLength}");
        OwnAddresses = addresses.Select(found => found.Address).ToHashSet(StringComparer.Ordinal);
        foreach (var (mac, port) in forwarding)
            _ports[mac] = port;

        foreach (var (address, mac) in neighbours)
            _macs[address] = mac;
    }

    /// <summary>Nothing is known.</summary>
    public static HostLinks None { get; } = new([], [], [], []);

    /// <summary>The addresses of this host itself.</summary>
    public IReadOnlySet<string> OwnAddresses { get; }

    /// <exception cref="KernelException">The kernel does not show them.</exception>
    public static HostLinks Read(RouteNetlink netlink) =>
        new(netlink.Links(), netlink.AllAddresses(), netlink.ForwardingEntries(), netlink.AllNeighbours());

    public LinkInfo? Find(string name) => _byName.GetValueOrDefault(name);

    public string? NameOf(int index) => _byIndex.GetValueOrDefault(index)?.Name;

    /// <summary>With prefix length.</summary>
    public IReadOnlyList<string> AddressesOf(LinkInfo link) => [.. _addresses[link.Index]];

    /// <summary>The MAC by which this host reaches an address; null when it has not.</summary>
    public string? MacOf(string address) => _macs.GetValueOrDefault(address);

    /// <summary>
    /// The host's end of a member's veth pair. Plugins may list links in their results that are not it, or not any more, so it counts only
    /// if the kernel has it as one end of a pair; without one, the port on which a bridge has seen the MAC does.
    /// </summary>
    /// <param name="listed">Names of host links in the CNI result.</param>
    /// <param name="mac">The member's; null when unknown.</param>
    /// <returns>Null where there is none (macvlan: its parent carries the traffic of all), or several could be it.</returns>
    public string? EndOf(IEnumerable<string> listed, string? mac)
    {
        string? found = null;
        foreach (var name in listed)
        {
            if (Find(name) is not { } link || !IsPairEnd(link))
                continue;

            if (found is not null)
                return null;

            found = name;
        }

        return found ?? (mac is not null && _ports.TryGetValue(mac, out var port) && _byIndex.TryGetValue(port, out var at)
            && IsPairEnd(at) ? at.Name : null);
    }

    private static bool IsPairEnd(LinkInfo link) => link.Kind is "veth" or "netkit";
}
