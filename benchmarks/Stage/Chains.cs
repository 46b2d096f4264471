using System.Globalization;

namespace Bridge.Benchmarks.Stage;

/// <summary>The CNI networks: the stock chain once for each Docker network, since none of them shares its subnet.</summary>
internal static class Chains
{
    /// <summary>Of pods, because it comes first in the directory; and of the case "staged".</summary>
    public const string Pods = "pods";

    /// <summary>Of attachments that are only there.</summary>
    public const string Present = "present";

    private static readonly string[] Names = [Pods, "sandbox", "warm", "reuse", Present, "warmsandbox"];

    public static string Subnet(string name) => $"{Prefix(name)}.0.0/20";

    public static string Gateway(string name) => $"{Prefix(name)}.0.1";

    private static string Prefix(string name) => string.Create(CultureInfo.InvariantCulture, $"10.{100 + Array.IndexOf(Names, name)}");

    /// <summary>File name → content.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } =
        Names.Select((name, index) => (Name: name, Index: index)).ToDictionary(
            each => string.Create(CultureInfo.InvariantCulture, $"{each.Index + 1}0-{each.Name}.conflist"),
            each => each.Name == Present ? Bare(each.Name) : Stock(each.Name));

    private static string Stock(string name) => $$"""
        { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [
            { "type": "bridge", "bridge": "cni-{{name}}", "isGateway": true, "isDefaultGateway": true, "ipMasq": true, "hairpinMode": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{Subnet(name)}}" }]] } },
            { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
            { "type": "firewall" }] }
        """;

    // Without rules of the firewall: a thousand of them slow down everybody's iptables, and that is not what is measured.
    private static string Bare(string name) => $$"""
        { "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [
            { "type": "bridge", "bridge": "cni-{{name}}", "isGateway": true, "isDefaultGateway": true,
              "ipam": { "type": "host-local", "ranges": [[{ "subnet": "{{Subnet(name)}}" }]] } }] }
        """;
}
