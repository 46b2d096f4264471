using System.Text.RegularExpressions;
using Bridge.TestHosts;
using Bridge.TestHosts.Pods;

namespace Bridge.Engine.Tests.Fidelity;

/// <summary>
/// All that the kernel tells of a sandbox and its eth0, one fact a line, in words that leave out what two attachments must not share: their
/// own addresses and MAC.
/// </summary>
internal sealed partial class SandboxFacts
{
    private const string Script = """
        about() { sed "s|^|$1: |"; }
        ip -o -d link show dev eth0 | awk '{
            split($3, flags, /[<>,]/); for (i in flags) if (flags[i] ~ /^(PROMISC|ALLMULTI|NOARP)$/) print flags[i]
            for (i = 4; i < NF; i++) if ($i ~ /^(mtu|qdisc|qlen|group|alias|promiscuity|addrgenmode|link\/ether)$/) print $i, $(i + 1)
            }' | about link
        ip -o address show dev eth0 | sed "s/^[0-9]*: eth0 *//; s/\\\\.*//; s/ *$//" | about address
        ip -4 -o route show table all | sed 's/ *$//' | about route
        ip -6 -o route show table all | sed 's/ *$//' | about route6
        ip rule | about rule
        ip -6 rule | about rule6
        ip neigh show nud permanent | grep -w eth0 | about neighbour
        cd /proc/sys/net
        grep -s . ipv4/conf/eth0/* ipv6/conf/eth0/* ipv4/neigh/eth0/* ipv6/neigh/eth0/* "$@" | about sysctl
        """;

    private readonly List<string> _facts;

    private SandboxFacts(IEnumerable<string> facts) => _facts = [.. facts];

    public static async Task<SandboxFacts> OfContainerAsync(
        TestHost host, string container, IEnumerable<string> sysctls, CancellationToken cancellationToken)
    {
        var process = (await host.DockerAsync(["inspect", "--format", "{{.State.Pid}}", container], cancellationToken)).EnsureSuccess()
            .Output;
        return await OfProcessAsync(host, process, sysctls, cancellationToken);
    }

    public static async Task<SandboxFacts> OfPodAsync(
        TestHost host, Pod pod, IEnumerable<string> sysctls, CancellationToken cancellationToken)
    {
        var tasks =
            (await host.RunAsync(["ctr", "--namespace", "k8s.io", "tasks", "list"], cancellationToken)).EnsureSuccess().Output.Split('\n');
        var process =
            tasks.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(columns => columns[0] == pod.Id)[1];
        return await OfProcessAsync(host, process, sysctls, cancellationToken);
    }

    public IReadOnlyList<string> Addresses =>
        [.. _facts.Where(fact => fact.StartsWith("address: ", StringComparison.Ordinal) && !fact.Contains("fe80:")).Select(
            fact => fact.Split(' ')[2])];

    /// <returns>What only this one has, and what only the other has.</returns>
    public IReadOnlyList<string> DifferencesFrom(SandboxFacts other, string thisName, string otherName)
    {
        var mine = Comparable();
        var others = other.Comparable();
        return
        [
            .. mine.Except(others).Select(fact => $"only {thisName}: {fact}"),
            .. others.Except(mine).Select(fact => $"only {otherName}: {fact}"),
        ];
    }

    private static async Task<SandboxFacts> OfProcessAsync(
        TestHost host, string process, IEnumerable<string> sysctls, CancellationToken cancellationToken)
    {
        var told =
            await host.RunAsync(["nsenter", "--target", process, "--net", "bash", "-c", Script, "facts", .. sysctls], cancellationToken);
        return new SandboxFacts(told.EnsureSuccess().Output.Split('\n'));
    }

    private List<string> Comparable()
    {
        var mac = _facts.FirstOrDefault(fact => fact.StartsWith("link: link/ether ", StringComparison.Ordinal))?.Split(' ')[^1];
        var names = Addresses.Select((address, number) => (Own: address.Split('/')[0], Name: $"OWN{number}")).ToList();
        return
        [
            .. _facts
                .Select(fact => names.Aggregate(fact, (text, own) => Replace(text, own.Own, own.Name)))
                .Select(fact => mac is null ? fact : fact.Replace(mac, "MAC", StringComparison.Ordinal))
                .Select(fact => LinkLocal().Replace(fact, "LINK-LOCAL"))
                .Select(fact => PeerMac().Replace(fact, "lladdr PEER"))
                .Order(StringComparer.Ordinal),
        ];
    }

    // Not within a longer address.
    private static string Replace(string text, string address, string name) =>
        Regex.Replace(text, $"(?<![0-9a-f.:]){Regex.Escape(address)}(?![0-9a-f.:])", name);

    [GeneratedRegex("fe80::[0-9a-f:]+[0-9a-f]")]
    private static partial Regex LinkLocal();

    // Of a neighbour: the host's end of the pair, which each attachment has its own of.
    [GeneratedRegex("lladdr [0-9a-f:]+")]
    private static partial Regex PeerMac();
}
