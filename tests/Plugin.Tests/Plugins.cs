namespace Bridge.Plugin.Tests;

/// <summary>Entries of a conflist that several tests use.</summary>
internal static class Plugins
{
    /// <summary>Addresses from <see cref="PluginTest.Subnet"/>, and a default route.</summary>
    public const string HostLocal =
        """{ "type": "host-local", "ranges": [[{ "subnet": "10.90.0.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] }""";

    /// <summary>The same, and IPv6.</summary>
    public const string DualStackHostLocal = """
        { "type": "host-local", "ranges": [[{ "subnet": "10.90.0.0/24" }], [{ "subnet": "fd00:90::/64" }]],
          "routes": [{ "dst": "0.0.0.0/0" }, { "dst": "::/0" }] }
        """;

    /// <summary>A bridge with a gateway address; only the bridge device outlives the containers.</summary>
    public const string PlainBridge = $$"""{ "type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": {{HostLocal}} }""";

    /// <summary>The same with masquerading, for destinations without a route back.</summary>
    public const string MasqueradingBridge =
        $$"""{ "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "ipam": {{HostLocal}} }""";

    /// <summary>For ports of the capability <c>portMappings</c>, also from the host's own loopback.</summary>
    public const string Portmap = """{ "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }""";

    /// <summary>Port 8080 of the host for port 80 of the sandbox.</summary>
    public const string Port = """{ "portMappings": [{ "hostPort": 8080, "containerPort": 80, "protocol": "tcp" }] }""";

    public const string Firewall = """{ "type": "firewall", "backend": "iptables" }""";

    /// <summary>For limits of the capability <c>bandwidth</c>.</summary>
    public const string Bandwidth = """{ "type": "bandwidth", "capabilities": { "bandwidth": true } }""";
}
