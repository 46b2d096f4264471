namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>
/// The chains that a back end runs for every forwarded packet. A packet passes the host only if each of them accepts it.
/// </summary>
/// <param name="BackEnd">The back end.</param>
/// <param name="Table">The table, as its tool names it: <c>filter</c>, <c>inet firewalld</c>.</param>
/// <param name="Start">The chain that the kernel calls.</param>
/// <param name="Drops">Its policy: what no rule decides is dropped.</param>
/// <param name="Chains">All chains of the table.</param>
internal sealed record ForwardHook(
    BackEnd BackEnd, string Table, string Start, bool Drops, IReadOnlyDictionary<string, IReadOnlyList<FirewallRule>> Chains)
{
    // As deep as the kernel allows jumps (net/netfilter/nf_tables_api.c NFT_JUMP_STACK_SIZE).
    private const int Deepest = 16;

    /// <summary>Whether it sees packets of IPv4, and of IPv6.</summary>
    public required (bool IPv4, bool IPv6) Families { get; init; }

    /// <summary>Some rule, or the policy, drops packets.</summary>
    public bool MayDrop => Drops || Chains.Values.Any(rules => rules.Any(rule => rule.Verdict == Verdict.Drop));

    /// <returns>What becomes of the packet, and what decided: a rule, or the policy.</returns>
    public (Passage Passage, string By) Judge(Packet packet)
    {
        if (packet.IsIPv6 ? !Families.IPv6 : !Families.IPv4)
            return (Passage.Accepted, "");

        var walk = new Walk(packet);
        var (verdict, by) = walk.Through(this, Start, depth: 0) ?? (Drops ? Verdict.Drop : Verdict.Accept, $"the policy of chain {Start}");
        return verdict != Verdict.Accept ? (walk.MayBeAccepted ? Passage.MaybeDropped : Passage.Dropped, by)
            : walk.MayBeDroppedBy is { } doubtful ? (Passage.MaybeAccepted, doubtful)
            : (Passage.Accepted, by);
    }

    private sealed class Walk(Packet packet)
    {
        public bool MayBeAccepted { get; private set; }

        /// <summary>The first rule that drops it, unless conditions exclude it that are not understood.</summary>
        public string? MayBeDroppedBy { get; private set; }

        // Null: the end of the chain, or RETURN. Of a jump for some packets alone, such as those of one port: isOfSome.
        public (Verdict Verdict, string By)? Through(ForwardHook hook, string chain, int depth, bool isOfSome = false)
        {
            var mayHaveLeft = false;
            foreach (var rule in hook.Chains.GetValueOrDefault(chain, []))
            {
                var matches = rule.Matches(packet);
                if (matches == false)
                    continue;

                switch (rule.Verdict)
                {
                    // The rule concerns some packets, such as those of one port; or which ones is not understood.
                    case Verdict.Accept when matches is null:
                        MayBeAccepted = true;
                        break;
                    case Verdict.Drop when matches is null:
                        NoteDrop(Name(rule, chain), isOfSome || rule.IsOfSome);
                        break;
                    case Verdict.Accept or Verdict.Drop:
                        MayBeAccepted |= mayHaveLeft;
                        return (rule.Verdict, Name(rule, chain));
                    case Verdict.Return when matches == true:
                        return null;
                    case Verdict.Return:
                        mayHaveLeft = true; // Some packets miss the rules below.
                        break;
                    case Verdict.Jump when depth < Deepest:
                        if (Through(hook, rule.Target, depth + 1, isOfSome || rule.IsOfSome) is not { } decided)
                        {
                            if (rule.IsGoto && matches == true)
                                return null;

                            break;
                        }

                        if (matches == true)
                        {
                            MayBeAccepted |= mayHaveLeft;
                            return decided;
                        }

                        if (decided.Verdict == Verdict.Accept)
                            MayBeAccepted = true;
                        else
                            NoteDrop(decided.By, isOfSome || rule.IsOfSome);

                        break;
                }
            }

            return null;
        }

        private void NoteDrop(string rule, bool isOfSome) => MayBeDroppedBy ??= isOfSome ? null : rule;

        private static string Name(FirewallRule rule, string chain) => $"the rule \"{rule.Text}\" of chain {chain}";
    }
}

/// <summary>Who keeps the rules.</summary>
internal enum BackEnd
{
    /// <summary>iptables on nftables, the usual one.</summary>
    Iptables,

    /// <summary>iptables of before (x_tables).</summary>
    LegacyIptables,

    /// <summary>nftables alone.</summary>
    Nftables,
}

/// <summary>What a rule does.</summary>
internal enum Verdict
{
    /// <summary>Counts, logs or marks; the next rule decides.</summary>
    Continue,
    Accept,

    /// <summary>Drops or rejects.</summary>
    Drop,
    Jump,
    Return,
}

/// <summary>One rule of a chain.</summary>
/// <param name="Text">As its tool prints it.</param>
/// <param name="Conditions">All must hold; null from one: it is not understood.</param>
/// <param name="Verdict">What it does.</param>
/// <param name="Target">The chain of a jump.</param>
internal sealed record FirewallRule(string Text, IReadOnlyList<Func<Packet, bool?>> Conditions, Verdict Verdict, string Target = "")
{
    /// <summary>The jump does not return.</summary>
    public bool IsGoto { get; init; }

    /// <summary>It is about packets of some ports or types, or about those beyond a rate: a packet in general is none of them.</summary>
    public bool IsOfSome { get; init; }

    /// <returns>Null where a condition is not understood, and no other one excludes the packet.</returns>
    public bool? Matches(Packet packet)
    {
        bool? matches = true;
        foreach (var condition in Conditions)
        {
            switch (condition(packet))
            {
                case false:
                    return false;
                case null:
                    matches = null;
                    break;
            }
        }

        return matches;
    }
}
