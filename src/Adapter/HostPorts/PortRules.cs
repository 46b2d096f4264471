using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Reads host ports from the output of the firewall's own tools. portmap with iptables has a common chain, whose rules name the container
/// id and jump to a chain of the container (plugins/plugins/meta/portmap/portmap_iptables.go); with nftables a table of its own, whose
/// rules name the container id (portmap_nftables.go). CRI-O's ports are in Kubernetes' chain KUBE-HOSTPORTS, those of Docker's own networks
/// in DOCKER.
/// </summary>
internal static partial class PortRules
{
    public const string AnyIPv4 = "0.0.0.0";
    public const string AnyIPv6 = "::";

    // The container's address and port: 10.88.0.2:80 or [fd00::2]:80. An address alone keeps the port.
    private const string Target = "--to-destination " + Address;
    private const string Address = """(?:(?:[0-9.]+|\[\S+\]):(?<target>\d{1,5})(?= |$)|\S+)""";

    /// <summary>The owner of ports of Docker's own networks.</summary>
    public const string Dockers = "a container on one of Docker's own networks";

    /// <param name="dump">The table nat in the format of iptables-save.</param>
    /// <param name="any">All addresses of its family.</param>
    public static IEnumerable<ForeignPort> OfIptables(string dump, string any)
    {
        var lines = dump.Split('\n');
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var match in lines.Select(line => ContainerChain().Match(line)).Where(match => match.Success))
            owners[match.Groups["chain"].Value] = match.Groups["id"].Value;

        foreach (var match in lines.Select(line => Redirection().Match(line)).Where(match => match.Success))
        {
            if (owners.TryGetValue(match.Groups["chain"].Value, out var owner))
                yield return ToPort(match, any, owner);
        }

        var targets = new Dictionary<string, Match>(StringComparer.Ordinal);
        foreach (var match in lines.Select(line => KubernetesTarget().Match(line)).Where(match => match.Success))
            targets[match.Groups["chain"].Value] = match;

        foreach (var match in lines.Select(line => KubernetesRule().Match(line)).Where(match => match.Success))
        {
            var port = ToPort(match, any, PodNames.OfRule(match.Groups["pod"].Value));
            yield return targets.TryGetValue(match.Groups["chain"].Value, out var target)
                ? port with { ContainerPort = ContainerPort(target) }
                : port;
        }

        foreach (var match in lines.Select(line => DockerRule().Match(line)).Where(match => match.Success))
            yield return ToPort(match, any, Dockers);
    }

    /// <param name="listing">portmap's table of one family, as nft lists it.</param>
    /// <param name="any">All addresses of its family.</param>
    public static IEnumerable<ForeignPort> OfNftables(string listing, string any) =>
        listing.Split('\n').Select(line => NftablesRule().Match(line)).Where(match => match.Success)
            .Select(match => ToPort(match, any, match.Groups["id"].Value));

    private static ForeignPort ToPort(Match match, string any, string owner) => new(
        match.Groups["protocol"].Value,
        match.Groups["address"] is { Success: true } address ? address.Value : any,
        int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture),
        owner)
    {
        ContainerPort = ContainerPort(match),
    };

    private static int? ContainerPort(Match match) => match.Groups["target"] is { Success: true } target
        ? int.Parse(target.ValueSpan, CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex("""^-A CNI-HOSTPORT-DNAT .*--comment "dnat name: \\"(?:.*)\\" id: \\"(?<id>[^"\\]+)\\"" .*-j (?<chain>CNI-DN-\S+)""")]
    private static partial Regex ContainerChain();

    [GeneratedRegex(
        """^-A (?<chain>CNI-DN-\S+)(?: -d (?<address>[0-9a-fA-F.:]+)(?:/\d+)?)?"""
        + """ -p (?<protocol>tcp|udp|sctp) .*--dport (?<port>\d{1,5}) -j DNAT """ + Target)]
    private static partial Regex Redirection();

    [GeneratedRegex(
        """^-A KUBE-HOSTPORTS(?: -d (?<address>[0-9a-fA-F.:]+)(?:/\d+)?)?"""
        + """ -p (?<protocol>tcp|udp|sctp) .*--comment "(?<pod>[^" ]+) hostport \d+" .*--dport (?<port>\d{1,5}) -j (?<chain>\S+)""")]
    private static partial Regex KubernetesRule();

    [GeneratedRegex("""^-A (?<chain>KUBE-HP-\S+) .*-j DNAT """ + Target)]
    private static partial Regex KubernetesTarget();

    [GeneratedRegex(
        """^-A DOCKER(?: -d (?<address>[0-9a-fA-F.:]+)(?:/\d+)?)?(?: ! -i \S+)?"""
        + """ -p (?<protocol>tcp|udp|sctp) .*--dport (?<port>\d{1,5}) -j DNAT """ + Target)]
    private static partial Regex DockerRule();

    [GeneratedRegex(
        """^\s*(?:ip6? daddr (?<address>[0-9a-fA-F.:]+) )?"""
        + """(?<protocol>tcp|udp|sctp) dport (?<port>\d{1,5}) dnat to """ + Address + """(?: \S+)* comment "(?<id>[^"]+)"$""")]
    private static partial Regex NftablesRule();
}

/// <summary>A host port that the host's firewall redirects to a container of another runtime.</summary>
/// <param name="Protocol">tcp, udp or sctp.</param>
/// <param name="HostIp">The host address; 0.0.0.0 for all of IPv4, :: for all of IPv6.</param>
/// <param name="Port">The port.</param>
/// <param name="Owner">The owner: a CNI container id, or the description in the rule.</param>
internal sealed record ForeignPort(string Protocol, string HostIp, int Port, string Owner)
{
    /// <summary>The container's port; null when the rule does not name it.</summary>
    public int? ContainerPort { get; init; }
}

/// <summary>Owners that a firewall rule describes by a pod's name, for lack of its sandbox's id.</summary>
internal static partial class PodNames
{
    private const string Prefix = "pod ";

    /// <param name="text">CRI-O's name of the sandbox: <c>NAME_NAMESPACE_…</c>, possibly after <c>k8s_</c>.</param>
    /// <returns>The owner, such as <c>pod default/web</c>.</returns>
    public static string OfRule(string text) => SandboxName().Match(text) is { Success: true } match
        ? $"{Prefix}{match.Groups["namespace"].Value}/{match.Groups["name"].Value}"
        : $"{Prefix}{text}";

    /// <returns>The pod's name; null for another owner.</returns>
    public static string? OfOwner(string owner) => owner.StartsWith(Prefix, StringComparison.Ordinal) ? owner[Prefix.Length..] : null;

    // Names in Kubernetes have no underscore.
    [GeneratedRegex("^(?:k8s_)?(?<name>[^_]+)_(?<namespace>[^_]+)(?:_|$)")]
    private static partial Regex SandboxName();
}
