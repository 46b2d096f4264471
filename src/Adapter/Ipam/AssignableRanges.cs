using System.Net;
using System.Text.Json.Nodes;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Ipam;

/// <summary>
/// The addresses of a subnet that a CNI network's IPAM plugin may assign: host-local's <c>rangeStart</c> to <c>rangeEnd</c>, or all host
/// addresses.
/// </summary>
internal sealed record AssignableRanges(IReadOnlyList<(IPAddress First, IPAddress Last)> Ranges)
{
    public static AssignableRanges Of(NetworkConfiguration network, IPNetwork subnet)
    {
        var ipam = IpamSection.Of(network) ?? [];
        var all = IpamSection.TypeOf(network) == IpamConfiguration.HostLocal ? OfHosts(subnet) : (subnet.BaseAddress, LastOf(subnet));
        var found = IpamSection.RangesOf(ipam).Select(range => Read(range, subnet, all)).OfType<(IPAddress, IPAddress)>().ToArray();
        return new AssignableRanges(found.Length > 0 ? found : [all]);
    }

    public bool Contains(IPAddress address) => Ranges.Any(range => Compare(range.First, address) <= 0 && Compare(address, range.Last) <= 0);

    /// <summary>Whether all of the ranges are inside <paramref name="wider"/>.</summary>
    public bool LieIn(IPNetwork wider) => Ranges.All(range => wider.Contains(range.First) && wider.Contains(range.Last));

    public override string ToString() => string.Join(", ", Ranges.Select(range => $"{range.First} to {range.Last}"));

    private static (IPAddress, IPAddress)? Read(JsonObject range, IPNetwork subnet, (IPAddress First, IPAddress Last) all)
    {
        if (!IPNetwork.TryParse(IpamSection.Text(range, "subnet") ?? "", out var own) || !own.Equals(subnet))
            return null;

        return (IPAddress.TryParse(IpamSection.Text(range, "rangeStart"), out var first) ? first : all.First,
            IPAddress.TryParse(IpamSection.Text(range, "rangeEnd"), out var last) ? last : all.Last);
    }

    // Without the network address, and without the broadcast address, which IPv6 does not have.
    private static (IPAddress, IPAddress) OfHosts(IPNetwork subnet)
    {
        byte[] first = subnet.BaseAddress.GetAddressBytes(), last = LastOf(subnet).GetAddressBytes();
        first[^1] |= 1;
        last[^1] &= (byte)(last.Length > 4 ? 0xff : 0xfe);
        return (new IPAddress(first), new IPAddress(last));
    }

    private static IPAddress LastOf(IPNetwork subnet)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        for (var bit = subnet.PrefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));

        return new IPAddress(bytes);
    }

    private static int Compare(IPAddress one, IPAddress other)
    {
        byte[] left = one.GetAddressBytes(), right = other.GetAddressBytes();
        return left.Length == right.Length ? left.AsSpan().SequenceCompareTo(right) : left.Length.CompareTo(right.Length);
    }
}
