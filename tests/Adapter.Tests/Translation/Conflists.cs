using System.Text;
using CniInvoker;

namespace Bridge.Adapter.Tests.Translation;

/// <summary>Conflists that tests share.</summary>
internal static class Conflists
{
    public const string Stock = """
        {
          "cniVersion": "1.0.0", "name": "pods",
          "plugins": [
            { "type": "bridge", "bridge": "cni0", "isDefaultGateway": true, "ipMasq": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.88.0.0/16" }]] } },
            { "type": "portmap", "capabilities": { "portMappings": true } },
            { "type": "firewall" }
          ]
        }
        """;

    public const string Plain = """
        { "cniVersion": "1.0.0", "name": "plain",
          "plugins": [ { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.89.0.0/24", "gateway": "10.89.0.254" } } ] }
        """;

    public static NetworkConfiguration Parse(string json) => NetworkConfiguration.Parse(Encoding.UTF8.GetBytes(json), "test.conflist");

    /// <summary>A one-plugin list with this <c>ipam</c> section.</summary>
    public static NetworkConfiguration WithIpam(string type, string ipam) =>
        Parse($$"""{ "cniVersion": "1.0.0", "name": "addressed", "plugins": [ { "type": "{{type}}", "ipam": {{ipam}} } ] }""");

    /// <summary>A list of this plugin alone.</summary>
    public static NetworkConfiguration OfType(string type) =>
        Parse($$"""{ "cniVersion": "0.3.1", "name": "only", "plugins": [ { "type": "{{type}}" } ] }""");

    /// <summary>A one-plugin list whose plugin declares the given capabilities.</summary>
    public static NetworkConfiguration WithCapabilities(params string[] capabilities) => Parse(
        $$"""
        { "cniVersion": "1.0.0", "name": "wishful",
          "plugins": [ { "type": "bridge", "capabilities": { {{string.Join(", ", capabilities.Select(name => $"\"{name}\": true"))}} } } ] }
        """);
}
