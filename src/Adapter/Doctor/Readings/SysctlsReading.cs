using System.Globalization;
using CniInvoker;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>Settings of the kernel's network part (sysctl(8)).</summary>
/// <param name="Values">By name, as in <c>net.ipv4.ip_forward</c>. A link's name in it may contain dots.</param>
internal sealed record SysctlsReading(IReadOnlyDictionary<string, string> Values)
{
    public const string Forwarding = "net.ipv4.ip_forward";
    public const string ForwardingOfIPv6 = "net.ipv6.conf.all.forwarding";
    public const string BridgeCallsIptables = "net.bridge.bridge-nf-call-iptables";
    public const string BridgeCallsIp6tables = "net.bridge.bridge-nf-call-ip6tables";
    public const string Connections = "net.netfilter.nf_conntrack_count";
    public const string MostConnections = "net.netfilter.nf_conntrack_max";
    private const string OfLinks = "/proc/sys/net/ipv4/conf";

    public static SysctlsReading Read()
    {
        string[] names =
        [
            Forwarding, ForwardingOfIPv6, BridgeCallsIptables, BridgeCallsIp6tables, Connections, MostConnections,
        ];
        var values = names.Select(name => (Name: name, Text: LibC.TryReadText($"/proc/sys/{name.Replace('.', '/')}")))
            .Concat(Directory.GetDirectories(OfLinks).Select(link => Path.GetFileName(link))
                .Select(link => (Name: ReversePathFilterOf(link), Text: LibC.TryReadText($"{OfLinks}/{link}/rp_filter"))));
        return new SysctlsReading(values.Where(value => value.Text is not null)
            .ToDictionary(value => value.Name, value => value.Text!, StringComparer.Ordinal));
    }

    public static string ReversePathFilterOf(string link) => $"net.ipv4.conf.{link}.rp_filter";

    /// <returns>Null where the kernel does not have it.</returns>
    public long? Number(string name) =>
        Values.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
