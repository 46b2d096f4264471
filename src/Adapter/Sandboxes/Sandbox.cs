using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A namespace with a socket that talks to it, for as long as one operation takes.</summary>
internal sealed class Sandbox(NetworkNamespace network) : IDisposable
{
    private const int LoopbackIndex = 1;

    public NetworkNamespace Namespace => network;

    public RouteNetlink Netlink { get; } = network.OpenNetlink();

    /// <summary>Null when no network namespace is at the path.</summary>
    public static Sandbox? TryOpen(string path) => NetworkNamespace.TryOpen(path) is { } found ? new Sandbox(found) : null;

    public static Sandbox Open(string path) => new(NetworkNamespace.Open(path));

    /// <summary>A new staging namespace, which from now on can be told from every other.</summary>
    public static Sandbox CreateStaging(string attachmentId)
    {
        var created = new Sandbox(NetworkNamespace.Create());
        created.Netlink.SetAlias(LoopbackIndex, Mark(attachmentId));
        return created;
    }

    public bool IsStagingOf(string attachmentId) => Netlink.FindLink(LoopbackIndex)?.Alias == Mark(attachmentId);

    /// <summary>The snapshot's link, whatever its name is here.</summary>
    public LinkInfo? Find(LinkSnapshot snapshot, NetworkNamespace host) =>
        Alike(snapshot, host).FirstOrDefault(link => !snapshot.IsKnownByAddress || HasAddress(link, snapshot));

    /// <summary>The links that may be the snapshot's, as long as they have no addresses to tell them from each other.</summary>
    public IEnumerable<LinkInfo> Alike(LinkSnapshot snapshot, NetworkNamespace host)
    {
        var links = Netlink.Links();
        var hostId = Netlink.IdOf(host); // The kernel gives the number when it first shows a link whose other end is there.
        return links.Where(link => snapshot.IsOf(link, hostId));
    }

    /// <exception cref="IOException">There is no link of that name.</exception>
    public SandboxLink Require(string ifname) => new(this, Netlink.FindLink(ifname) ?? throw new IOException(
        $"could not find interface {ifname} in {network}: there is only {string.Join(", ", Netlink.Links().Select(link => link.Name))}. " +
        "The plugins said they succeeded; the chain's first plugin must make the interface that CNI_IFNAME names. " +
        "A chain that makes none (loopback, or host-device with a device that a DPDK driver has) cannot be a Docker network."));

    public void Dispose()
    {
        Netlink.Dispose();
        network.Dispose();
    }

    private bool HasAddress(LinkInfo link, LinkSnapshot snapshot) =>
        Netlink.Addresses(link).Any(address => snapshot.Addresses.Any(own => own.Address == address.Address));

    private static string Mark(string attachmentId) => $"cnm-cni staging {attachmentId}";
}
