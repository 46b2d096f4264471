using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// <c>-p</c> in Docker's format (<c>com.docker.network.portmap</c>) and in that of plugins (capability <c>portMappings</c>).
/// </summary>
internal static class PublishedPorts
{
    public const string Capability = "portMappings";

    private const string PortMap = "com.docker.network.portmap";

    /// <exception cref="CnmException">An entry that the capability cannot represent.</exception>
    public static IReadOnlyList<RequestedPort> Read(IReadOnlyDictionary<string, JsonElement>? options) =>
        options is not null && options.TryGetValue(PortMap, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(ReadOne)]
            : [];

    /// <summary>Refuses ports that plugins would skip silently, or publish without effect.</summary>
    /// <param name="ports">The requested ports.</param>
    /// <param name="ofContainer">The families of the container's addresses.</param>
    /// <param name="publishing">The plugins that publish.</param>
    /// <exception cref="CnmException">There is such a port.</exception>
    public static void RequireReachable(IReadOnlyList<RequestedPort> ports, IReadOnlyCollection<AddressFamily> ofContainer,
        NetworkConfiguration publishing)
    {
        foreach (var port in ports.Where(port => port.HostIp.Length > 0))
        {
            var address = IPAddress.Parse(port.HostIp);
            var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
            var problem = !ofContainer.Contains(address.AddressFamily)
                ? $"the container has no {(isIPv6 ? "IPv6" : "IPv4")} address on CNI network \"{publishing.Name}\""
                : isIPv6 && IPAddress.IsLoopback(address) && publishing.Plugins.All(plugin => plugin.Type == ChainParts.StockPortmap)
                    ? $"its plugin {ChainParts.StockPortmap} cannot forward from IPv6's own loopback address, only from 127.0.0.1"
                    : null;
            if (problem is not null)
            {
                throw new CnmException(
                    $"port {port.ContainerPort}/{port.Protocol} cannot be published at {port.HostIp}: {problem}. Choose another host " +
                    $"address, or omit it, as in -p {(port.HostPort == 0 ? "" : $"{port.HostPort}:")}{port.ContainerPort}.");
            }
        }
    }

    /// <summary>The capability's value.</summary>
    public static JsonArray ToCapability(IReadOnlyList<PortMapping> mappings)
    {
        var list = new JsonArray();
        foreach (var mapping in mappings)
        {
            var entry = new JsonObject
            {
                ["hostPort"] = mapping.HostPort,
                ["containerPort"] = mapping.ContainerPort,
                ["protocol"] = mapping.Protocol,
            };
            if (mapping.HostIp.Length > 0)
                entry["hostIP"] = mapping.HostIp;

            list.Add((JsonNode)entry);
        }

        return list;
    }

    private static RequestedPort ReadOne(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            throw Unreadable(entry);

        var protocol = Number(entry, "Proto") switch
        {
            6 => "tcp",
            17 => "udp",
            132 => "sctp",
            var other => throw new CnmException(
                $"a published port has protocol number {other}; tcp (6), udp (17) and sctp (132) can be published."),
        };
        var containerPort = Number(entry, "Port");
        var hostPort = Number(entry, "HostPort");
        var hostPortEnd = Math.Max(hostPort, Number(entry, "HostPortEnd"));
        var hostIp = entry.TryGetProperty("HostIP", out var ip) ? ip.ValueKind is JsonValueKind.String or JsonValueKind.Null
            ? ip.GetString() ?? "" : throw Unreadable(entry) : "";
        if (containerPort is < 1 or > 65535 || hostPort < 0 || hostPortEnd > 65535)
            throw new CnmException($"published port {hostPort}-{hostPortEnd}:{containerPort}/{protocol} is outside 1 to 65535.");

        return new RequestedPort(protocol, containerPort, ReadHostIp(hostIp, $"{containerPort}/{protocol}"), hostPort, hostPortEnd);
    }

    // In the form that plugins compare: an IPv6 address without brackets, an IPv4-mapped one as IPv4.
    private static string ReadHostIp(string text, string port)
    {
        if (text.Length == 0)
            return "";

        return IPAddress.TryParse(text, out var address)
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : throw new CnmException($"host address \"{text}\" of published port {port} is not an IP address.");
    }

    private static int Number(JsonElement entry, string field)
    {
        if (!entry.TryGetProperty(field, out var value))
            return 0;

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Unreadable(entry);
    }

    private static CnmException Unreadable(JsonElement entry)
    {
        var text = entry.GetRawText();
        return new($"a published port does not have Docker's format: {(text.Length > 200 ? text[..200] : text)}. Nothing was done.");
    }
}
