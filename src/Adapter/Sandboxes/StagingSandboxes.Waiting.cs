using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Sandboxes;

/// <summary>Links that wait in the host namespace, where Docker takes them.</summary>
internal sealed partial class StagingSandboxes
{
    private const string VethKind = "veth";

    /// <summary>What the kernel shows of a waiting link; null when it is not there.</summary>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public WaitingLink? ReadWaiting(string hostIfname, LinkSnapshot snapshot)
    {
        using var netlink = host.OpenNetlink();
        if (netlink.FactsOf(hostIfname) is not { } own || !snapshot.IsOfInHost(own.Link))
            return null;

        if (!snapshot.PeerIsInHost || snapshot is not { Kind: VethKind, PeerIndex: { } index })
            return new WaitingLink(own.Link.Index, own.Link.Mac, new LinkFacts(own.Facts, []));

        return netlink.FactsOf(index) is { } peer && peer.Link.PeerIndex == own.Link.Index
            ? new WaitingLink(own.Link.Index, own.Link.Mac, new LinkFacts(own.Facts, peer.Facts))
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

    /// <summary>
    /// The devices that a container has made upon its link (macvlan, vlan). They stay in the container when the link returns to the host
    /// namespace, and would share the link with the next container.
    /// </summary>
    /// <param name="attachmentId">At whose path the sandbox is mounted, once the link has arrived there.</param>
    /// <param name="sandboxPath">The sandbox otherwise.</param>
    /// <param name="index">The link in the host namespace.</param>
    /// <returns>Their names; null when the sandbox is gone.</returns>
    public IReadOnlyList<string>? DevicesUpon(string attachmentId, string sandboxPath, int index)
    {
        using var sandbox = TryOpenMounted(attachmentId) ?? Sandbox.TryOpen(sandboxPath);
        if (sandbox is null)
            return null;

        var links = sandbox.Netlink.Links();
        var hostId = host.IdIn(sandbox.Netlink); // After the list, as in Sandbox.Alike.
        return [.. links.Where(link => link.PeerIndex == index && link.PeerNamespaceId == hostId && hostId is not null)
            .Select(link => link.Name)];
    }
}

/// <summary>A link that waits in the host namespace.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Mac">Its MAC.</param>
/// <param name="Facts">The rest.</param>
internal sealed record WaitingLink(int Index, string Mac, LinkFacts Facts);
