using System.Net.Sockets;

namespace CniInvoker.Tests.Properties;

/// <summary>The typed view of a result as one text, for comparison.</summary>
internal static class Meaning
{
    public static string Of(CniResult result, bool withNewFields = true) => Text(
        result.Interfaces.Select(link => withNewFields ? link : link with { Mtu = null, SocketPath = null, PciId = null }), result.Ips,
        result.Routes, result.Dns);

    /// <summary>
    /// The content that the shape up to 0.2.0 can hold: the first address of each family, and the routes of these families.
    /// </summary>
    public static string PerFamily(CniResult result)
    {
        var first = result.Ips.GroupBy(ip => ip.Address.AddressFamily).Select(family => family.First() with { InterfaceIndex = null })
            .OrderBy(ip => ip.Address.AddressFamily == AddressFamily.InterNetworkV6).ToArray();
        var routes =
            first.SelectMany(ip => result.Routes.Where(route => route.Destination.BaseAddress.AddressFamily == ip.Address.AddressFamily))
            .Select(route => new CniRoute(route.Destination, route.Gateway));
        return Text([], first, routes, result.Dns);
    }

    private static string Text(IEnumerable<CniInterface> interfaces, IEnumerable<CniIp> ips, IEnumerable<CniRoute> routes, CniDns dns) =>
        string.Join(
        '\n',
        [.. interfaces.Cast<object>(), .. ips, .. routes, dns.Domain ?? "",
            .. dns.Nameservers.Append("").Concat(dns.Search).Append("").Concat(dns.Options)]);
}
