namespace Bridge.Adapter.Reachability;

/// <summary>Where to look for the cause of what failed. One sentence and one command for each pattern.</summary>
internal static class LikelyCauses
{
    private const string Doctor = "`cnm-cni doctor` examines the host.";

    /// <param name="reaches">Who reached whom.</param>
    /// <param name="packets">The largest packets.</param>
    /// <param name="cniNetwork">For commands.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<Reach> reaches, IReadOnlyList<PacketSize> packets, string cniNetwork)
    {
        Reach[] failed = [.. reaches.Where(reach => reach.Outcome == ReachOutcome.Failed)];
        bool Fails(string from, string to) => failed.Any(reach => reach.From == from && reach.To == to);
        bool Members(Reach reach) => IsMember(reach.From) && IsMember(reach.To);
        List<string> causes = [];
        if (failed.Any(Members))
        {
            causes.Add("Containers and pods do not reach each other: usually a firewall drops what the host forwards between them. " +
                $"Look at `iptables -S FORWARD` and `nft list ruleset`. {Doctor}");
        }

        if (Fails(Ends.Neighbour, Ends.Port) && !Fails(Ends.Host, Ends.Port))
        {
            causes.Add("The published port answers the host only: the host does not forward to it, usually because the policy of the " +
                "FORWARD chain is DROP. Look at `iptables -S FORWARD | head -1`; docs/troubleshooting.md has the rule that accepts it. " +
                Doctor);
        }
        else if (Fails(Ends.Host, Ends.Port))
        {
            causes.Add("The published port does not answer the host itself: look whether the plugin's rules are there " +
                $"(`iptables -t nat -S | grep CNI`; `cnm-cni status` shows the port). {Doctor}");
        }

        if (failed.Any(reach => reach.To == Ends.Outside))
        {
            causes.Add("Containers or pods do not reach what the host reaches: the chain masquerades nothing and the outside knows no " +
                $"way back (ipMasq in `cnm-cni networks`), or the host does not forward (`sysctl net.ipv4.ip_forward`). {Doctor}");
        }

        if (failed.Any(reach => IsMember(reach.From) && reach.To == Ends.Host || reach.From == Ends.Host && IsMember(reach.To)))
        {
            causes.Add("Containers or pods and the host do not reach each other: a firewall of the host, or a route to the subnet over " +
                $"another link (`ip route`). {Doctor}");
        }

        if (failed.Any(reach => reach.To is Ends.Name or Ends.OutsideName))
        {
            causes.Add("A name is not resolved: Docker's resolver did not answer, or its servers do not (`cat /etc/resolv.conf`, and " +
                "the key dns of /etc/docker/daemon.json).");
        }

        if (packets.Any(packet => !packet.IsGood))
        {
            causes.Add("Packets as large as the MTU of the interfaces are lost: a link between them has a smaller one (`ip link`). Set " +
                $"mtu of CNI network {cniNetwork} to the size that passes.");
        }

        return causes;
    }

    private static bool IsMember(string end) => end is Ends.First or Ends.Second or Ends.Pod;
}
