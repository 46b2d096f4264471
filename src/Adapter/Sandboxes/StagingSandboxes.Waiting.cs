using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Links that wait in the host namespace, where Docker takes them.</summary>
internal sealed partial class StagingSandboxes
{
    /// <summary>What the kernel shows of a waiting link; null when it is not there.</summary>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public WaitingLink? ReadWaiting(string hostIfname, LinkSnapshot snapshot)
    {
        using var netlink = host.OpenNetlink();
        if (netlink.FactsOf(hostIfname) is not { } own || !snapshot.IsOfInHost(own.Link))
            return null;

        if (!snapshot.PeerIsInHost || snapshot is not { Kind: VethKind, PeerIndex: { } index })
            return new WaitingLink(own.Link.Mac, new LinkFacts(own.Facts, []));

        return netlink.FactsOf(index) is { } peer && peer.Link.PeerIndex == own.Link.Index
            ? new WaitingLink(own.Link.Mac, new LinkFacts(own.Facts, peer.Facts))
            : null;
    }

    /// <summary>Gives a waiting link its MAC.</summary>
    /// <param name="mac">Null: it keeps its own.</param>
    /// <returns>False: the link is not there.</returns>
    /// <exception cref="IOException">The kernel refused.</exception>
    public bool TryPrepareWaiting(string hostIfname, LinkSnapshot snapshot, string? mac)
    {
        using var netlink = host.OpenNetlink();
        if (netlink.FindLink(hostIfname) is not { } link || !snapshot.IsOfInHost(link))
            return false;

        if (mac is not null && link.Mac != mac)
            netlink.SetMac(link.Index, PhysicalAddress.Parse(mac));

        return true;
    }

    private const string VethKind = "veth";
}

/// <summary>A link that waits in the host namespace.</summary>
/// <param name="Mac">Its MAC.</param>
/// <param name="Facts">The rest.</param>
internal sealed record WaitingLink(string Mac, LinkFacts Facts);
