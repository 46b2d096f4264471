using Bridge.Adapter.Doctor;

namespace Bridge.Adapter.Reachability;

/// <summary>The cause of what failed: what <c>cnm-cni doctor</c> finds on the host, else where to look.</summary>
internal static class LikelyCauses
{
    private const string Unexplained = "`cnm-cni doctor` finds no cause on this host.";

    // Checks of what can stop packets.
    private static readonly string[] OfTraffic =
    [
        "forward-iptables", "forward-legacy", "forward-nftables", "firewalld-zone", "firewall-programs", "bridge-netfilter",
        "reverse-path-filter", "connection-tracking", "access-denials", "subnets",
    ];

    /// <param name="reaches">Who reached whom.</param>
    /// <param name="packets">The largest packets.</param>
    /// <param name="cniNetwork">The network that was tested.</param>
    /// <param name="diagnosis">Of the host.</param>
    /// <returns>Sentences with commands; empty where nothing failed.</returns>
    public static IReadOnlyList<string> Of(
        IReadOnlyList<Reach> reaches, IReadOnlyList<PacketSize> packets, string cniNetwork, Diagnosis diagnosis)
    {
        Reach[] failed = [.. reaches.Where(reach => reach.Outcome == ReachOutcome.Failed)];
        Reach[] traffic = [.. failed.Where(reach => !IsName(reach))];
        List<string> causes = [];
        if (traffic.Length > 0)
        {
            string[] checks = [.. OfTraffic, .. traffic.Select(reach => reach.Family == IPFamily.IPv6 ? "ipv6-forward" : "ip-forward")];
            string[] found = [.. Found(diagnosis, cniNetwork, checks)];
            causes.AddRange(found.Length > 0 ? found : OfPatterns(traffic));
        }

        if (failed.Any(IsName))
        {
            causes.Add("A name is not resolved: Docker's resolver did not answer, or its servers do not (`cat /etc/resolv.conf`, and " +
                "the key dns of /etc/docker/daemon.json).");
        }

        if (packets.Any(packet => !packet.IsGood))
        {
            causes.Add("Packets as large as the MTU of the interfaces are lost: a link between them has a smaller one (`ip link`). Set " +
                $"mtu of CNI network {cniNetwork} to the size that passes.");
            causes.AddRange(Found(diagnosis, cniNetwork, ["mtu"]));
        }

        return causes;
    }

    private static IEnumerable<string> Found(Diagnosis diagnosis, string cniNetwork, string[] checks) =>
        from pair in diagnosis.Findings
        let finding = pair.Finding
        where finding.Weight is Weight.Error or Weight.Warning && checks.Contains(pair.Check.Id)
        where finding.Network is null || finding.Network == cniNetwork
        select $"{finding.What} {finding.Why} Run {string.Join(", ", finding.Commands.Select(command => $"`{command}`"))}.";

    private static IEnumerable<string> OfPatterns(Reach[] failed)
    {
        bool Fails(string from, string to) => failed.Any(reach => reach.From == from && reach.To == to);
        if (failed.Any(reach => IsMember(reach.From) && IsMember(reach.To)))
            yield return "Containers and pods do not reach each other: usually a firewall drops what the host forwards between them. " +
                $"Look at `iptables -S FORWARD` and `nft list ruleset`. {Unexplained}";

        if (Fails(Ends.Host, Ends.Port))
            yield return "The published port does not answer the host itself: look whether the plugin's rules are there " +
                $"(`iptables -t nat -S | grep CNI`; `cnm-cni status` shows the port). {Unexplained}";
        else if (Fails(Ends.Neighbour, Ends.Port))
            yield return "The published port answers the host only: the host does not forward to it. Look at `iptables -S FORWARD` and " +
                $"`nft list ruleset`. {Unexplained}";

        if (failed.Any(reach => reach.To == Ends.Outside))
            yield return "Containers or pods do not reach what the host reaches: the chain masquerades nothing and the outside knows no " +
                $"way back (ipMasq in `cnm-cni networks`). {Unexplained}";

        if (failed.Any(reach => (IsMember(reach.From) && reach.To == Ends.Host) || (reach.From == Ends.Host && IsMember(reach.To))))
            yield return "Containers or pods and the host do not reach each other: a firewall of the host, or a route to the subnet over " +
                $"another link (`ip route`). {Unexplained}";
    }

    private static bool IsMember(string end) => end is Ends.First or Ends.Second or Ends.Pod;

    private static bool IsName(Reach reach) => reach.To is Ends.Name or Ends.OutsideName;
}
