using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A namespace with a socket that talks to it, for as long as one operation takes.</summary>
internal sealed class Sandbox : IDisposable
{
    private const int LoopbackIndex = 1;

    private readonly NetworkNamespace _network;

    private Sandbox(NetworkNamespace network, RouteNetlink netlink)
    {
        _network = network;
        Netlink = netlink;
    }

    public NetworkNamespace Namespace => _network;

    public RouteNetlink Netlink { get; }

    /// <summary>Null when no network namespace is at the path.</summary>
    public static Sandbox? TryOpen(string path) => NetworkNamespace.TryOpen(path) is { } found ? Over(found) : null;

    public static Sandbox Open(string path) => Over(NetworkNamespace.Open(path));

    /// <summary>A new staging namespace, which from now on can be told from every other.</summary>
    public static Sandbox CreateStaging(string attachmentId)
    {
        var created = Over(NetworkNamespace.Create());
        try
        {
            created.Netlink.SetAlias(LoopbackIndex, Mark(attachmentId));
            return created;
        }
        catch
        {
            created.Dispose(); // It would live as long as the descriptor.
            throw;
        }
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
        $"could not find interface {ifname} in {_network}: there is only {string.Join(", ", Netlink.Links().Select(link => link.Name))}. " +
        "The plugins said they succeeded; the chain's first plugin must make the interface that CNI_IFNAME names. " +
        "A chain that makes none (loopback, or host-device with a device that a DPDK driver has) cannot be a Docker network."));

    public void Dispose()
    {
        Netlink.Dispose();
        _network.Dispose();
    }

    private static Sandbox Over(NetworkNamespace network)
    {
        try
        {
            return new Sandbox(network, network.OpenNetlink());
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private bool HasAddress(LinkInfo link, LinkSnapshot snapshot) =>
        Netlink.Addresses(link).Any(address => snapshot.Addresses.Any(own => own.Address == address.Address));

    private static string Mark(string attachmentId) => $"cnm-cni staging {attachmentId}";
}
