namespace Bridge.TestHosts;

/// <summary>Common CNI configurations, of the stock plugins.</summary>
public static class CniNetworks
{
    public const string FileName = "10-pods.conflist";
    public const string Name = "pods";
    public const string Subnet = "10.90.0.0/24";
    public const string Gateway = "10.90.0.1";

    public const string SecondFileName = "20-second.conflist";
    public const string SecondName = "second";

    public const string ThirdFileName = "30-third.conflist";
    public const string ThirdName = "third";

    /// <summary>bridge with masquerade, host-local, portmap and firewall: the most common chain.</summary>
    public static string StockChain => Stock(Name, "cni0", Subnet);

    /// <summary>The same with another bridge and subnet.</summary>
    public static string SecondStockChain => Stock(SecondName, "cni1", "10.91.0.0/24");

    /// <summary>And another.</summary>
    public static string ThirdStockChain => Stock(ThirdName, "cni2", "10.92.0.0/24");

    /// <summary>bridge and host-local alone.</summary>
    public static string BareChain => $$"""
        {
          "cniVersion": "0.4.0",
          "name": "{{Name}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "isGateway": true,
              "isDefaultGateway": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{Subnet}}" }]] }
            }
          ]
        }
        """;

    private static string Stock(string name, string bridge, string subnet) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{name}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "{{bridge}}",
              "isGateway": true,
              "isDefaultGateway": true,
              "ipMasq": true,
              "hairpinMode": true,
              "mtu": 1450,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{subnet}}" }]] }
            },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
            { "type": "firewall" }
          ]
        }
        """;
}
