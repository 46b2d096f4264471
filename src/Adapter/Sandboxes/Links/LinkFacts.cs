namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>
/// What the kernel shows of a link that waits in the host namespace, and of the peer of a veth there: attributes, flags, features,
/// queueing disciplines, programs, VLANs. Without names, MAC, counters, and states that follow the carrier.
/// </summary>
/// <param name="Own">Of the link.</param>
/// <param name="Peer">Of its peer; empty for a link without a peer in the host namespace.</param>
internal sealed record LinkFacts(IReadOnlyList<LinkFact> Own, IReadOnlyList<LinkFact> Peer)
{
    /// <summary>What differs, as noun phrases; empty when nothing does.</summary>
    public IReadOnlyList<string> DifferencesFrom(LinkFacts other) =>
        [.. Differences(Own, other.Own, "of the link"), .. Differences(Peer, other.Peer, "of its peer on the host")];

    private static IEnumerable<string> Differences(IReadOnlyList<LinkFact> one, IReadOnlyList<LinkFact> other, string whose) =>
        one.Except(other).Concat(other.Except(one)).Select(fact => $"{fact.Name} {whose}").Distinct(StringComparer.Ordinal);
}

/// <summary>One property of a link.</summary>
/// <param name="Name">A noun phrase.</param>
/// <param name="Value">Compared, not interpreted.</param>
internal sealed record LinkFact(string Name, string Value)
{
    /// <summary>The kernel does not show it.</summary>
    public const string Unknown = "unknown";
}
