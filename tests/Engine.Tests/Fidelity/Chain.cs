using System.Text.RegularExpressions;

namespace Bridge.Engine.Tests.Fidelity;

/// <summary>A chain on which a container and a pod are compared.</summary>
/// <param name="Name">Of the chain, and of its CNI network.</param>
/// <param name="Number">Its subnets are its own: 10.100.NUMBER.0/24 and fd00:100:NUMBER::/64.</param>
/// <param name="Plugins">
/// The members of the array <c>plugins</c>. <c>@4</c>, <c>@6</c> stand for the subnets' addresses without their last part, <c>@BRIDGE</c>
/// for the name of a bridge of its own.
/// </param>
internal sealed partial record Chain(string Name, int Number, string Plugins)
{
    public string CniVersion { get; init; } = "1.0.0";

    public bool HasIPv4 { get; init; } = true;

    public bool HasIPv6 { get; init; }

    /// <summary>The default route comes from this chain, by way of the subnet's first address.</summary>
    public bool HasGateway { get; init; } = true;

    /// <summary>Docker's IPAM driver.</summary>
    public string Ipam { get; init; } = "cni";

    /// <summary>Container and pod cannot have it at the same time.</summary>
    public bool OneAtATime { get; init; }

    /// <summary>Why CHECK fails for this chain with any runtime; null when it passes.</summary>
    public string? CheckFails { get; init; }

    /// <summary>The same with stock plugins before 1.3.</summary>
    public string? OldCheckFails { get; init; }

    /// <summary>It needs stock plugins from 1.3 on.</summary>
    public bool IsNew { get; init; }

    /// <summary>Sysctls beside those of the interface, as paths below /proc/sys/net.</summary>
    public IReadOnlyList<string> Sysctls { get; init; } = [];

    /// <summary>Facts in which the container may differ from the pod: a text that they contain, and the reason.</summary>
    public IReadOnlyList<(string Fact, string Reason)> Differences { get; init; } = [];

    /// <summary>Of all plugins, IPAM among them.</summary>
    public IEnumerable<string> PluginTypes => PluginType().Matches(Plugins).Select(match => match.Groups[1].Value).Distinct();

    /// <summary>The bridge in the host, where the chain has one.</summary>
    public string Bridge => Fill("@BRIDGE");

    public string Conflist => Fill($$"""{ "cniVersion": "{{CniVersion}}", "name": "{{Name}}", "plugins": [ {{Plugins}} ] }""");

    /// <summary>What comes after <c>docker network create</c>.</summary>
    public IEnumerable<string> CreateOptions => Ipam == "null"
        ? ["-d", "cni", "--ipam-driver", "null", "-o", $"cni.network={Name}", Name]
        : ["-d", "cni", "--ipam-driver", "cni", "--ipam-opt", $"cni.network={Name}", .. Subnets, Name];

    private IEnumerable<string> Subnets =>
    [
        .. HasIPv4 ? Subnet("@4.0/24", "@4.1") : [],
        .. HasIPv6 ? ["--ipv6", .. Subnet("@6::/64", "@6::1")] : Array.Empty<string>(),
    ];

    private IEnumerable<string> Subnet(string subnet, string gateway) =>
        HasGateway ? ["--subnet", Fill(subnet), "--gateway", Fill(gateway)] : ["--subnet", Fill(subnet)];

    private string Fill(string text) => text
        .Replace("@4", $"10.100.{Number}", StringComparison.Ordinal)
        .Replace("@6", $"fd00:100:{Number}", StringComparison.Ordinal)
        .Replace("@BRIDGE", $"fid{Number}", StringComparison.Ordinal);

    [GeneratedRegex("\"type\": \"([a-z-]+)\"")]
    private static partial Regex PluginType();
}
