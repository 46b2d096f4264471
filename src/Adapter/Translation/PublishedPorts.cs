using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary><c>-p</c> as Docker sends it (<c>com.docker.network.portmap</c>) and as plugins want it (capability <c>portMappings</c>).</summary>
internal static class PublishedPorts
{
    public const string Capability = "portMappings";

    private const string PortMap = "com.docker.network.portmap";

    /// <exception cref="CnmException">An entry that no plugin could be handed.</exception>
    public static IReadOnlyList<RequestedPort> Read(IReadOnlyDictionary<string, JsonElement>? options) =>
        options is not null && options.TryGetValue(PortMap, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(ReadOne)]
            : [];

    /// <summary>The value of the capability.</summary>
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
            {
                entry["hostIP"] = mapping.HostIp;
            }

            list.Add((JsonNode)entry);
        }

        return list;
    }

    private static RequestedPort ReadOne(JsonElement entry)
    {
        var protocol = Number(entry, "Proto") switch
        {
            6 => "tcp",
            17 => "udp",
            132 => "sctp",
            var other => throw new CnmException($"a published port has protocol number {other}; tcp (6), udp (17) and sctp (132) can be published."),
        };
        var containerPort = Number(entry, "Port");
        var hostPort = Number(entry, "HostPort");
        var hostPortEnd = Math.Max(hostPort, Number(entry, "HostPortEnd"));
        var hostIp = entry.TryGetProperty("HostIP", out var ip) ? ip.GetString() ?? "" : "";
        if (containerPort is < 1 or > 65535 || hostPort < 0 || hostPortEnd > 65535)
        {
            throw new CnmException($"published port {hostPort}-{hostPortEnd}:{containerPort}/{protocol} is outside 1 to 65535.");
        }

        if (hostIp.Length > 0 && !IPAddress.TryParse(hostIp, out _))
        {
            throw new CnmException($"published port {containerPort}/{protocol} names host address \"{hostIp}\", which is not an IP address.");
        }

        return new RequestedPort(protocol, containerPort, hostIp, hostPort, hostPortEnd);
    }

    private static int Number(JsonElement entry, string field) =>
        entry.TryGetProperty(field, out var value) && value.TryGetInt32(out var number) ? number : 0;
}
