using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Netlink;

namespace Bridge.Adapter.Sandboxes;

/// <summary>A network namespace with a netlink socket, for the duration of one operation.</summary>
internal sealed partial class Sandbox : IDisposable
{
    private Sandbox(NetworkNamespace network, RouteNetlink netlink)
    {
        Namespace = network;
        Netlink = netlink;
    }

    public NetworkNamespace Namespace { get; }

    public RouteNetlink Netlink { get; }

    /// <summary>Null when no network namespace is at the path.</summary>
    public static Sandbox? TryOpen(string path) => NetworkNamespace.TryOpen(path) is { } found ? Over(found) : null;

    public static Sandbox Open(string path) => Over(NetworkNamespace.Open(path));

    /// <param name="path">The netns path.</param>
    /// <param name="inside">Runs in the namespace, on the thread that opens the socket; see <see cref="NetworkNamespace.Run"/>.</param>
    public static (Sandbox Sandbox, T Result) Open<T>(string path, Func<T> inside)
    {
        var network = NetworkNamespace.Open(path);
        try
        {
            var (netlink, result) = network.OpenNetlink(inside);
            return (new Sandbox(network, netlink), result);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>A new staging namespace. The alias of its loopback identifies it.</summary>
    public static Sandbox CreateStaging(string attachmentId)
    {
        var (network, netlink) = NetworkNamespace.Create(Mark(attachmentId));
        return new Sandbox(network, netlink);
    }

    public bool IsStagingOf(string attachmentId) => Netlink.FindLink(LinkInfo.Loopback)?.Alias == Mark(attachmentId);

    /// <summary>The snapshot's link, under any name.</summary>
    public LinkInfo? Find(LinkSnapshot snapshot, NetworkNamespace host) =>
        Alike(snapshot, host).FirstOrDefault(link => !snapshot.IsKnownByAddress || HasAddress(link, snapshot));

    /// <summary>The links that may be the snapshot's, judged without their addresses.</summary>
    public IEnumerable<LinkInfo> Alike(LinkSnapshot snapshot, NetworkNamespace host)
    {
        var links = Netlink.Links();
        var hostId = host.IdIn(Netlink); // After the list: the kernel assigns the number when it first reports a link with a peer there.
        return links.Where(link => snapshot.IsOf(link, hostId));
    }

    /// <param name="host">The other namespace.</param>
    /// <param name="link">A link that was read here.</param>
    public bool HasPeerIn(NetworkNamespace host, LinkInfo link) => link.PeerNamespaceId is { } id && id == host.IdIn(Netlink);

    /// <exception cref="IOException">No link has the name.</exception>
    public SandboxLink Require(string ifname) => new(this, Netlink.FindLink(ifname) ?? throw new IOException(
        $"could not find interface {ifname} in {Namespace}: it has only {string.Join(", ", Netlink.Links().Select(link => link.Name))}. " +
        "The plugins reported success; the chain's first plugin must make the interface that CNI_IFNAME names. " +
        "A chain that makes none (loopback, or host-device with a device bound to a DPDK driver) cannot be a Docker network."));

    public void Dispose()
    {
        Netlink.Dispose();
        Namespace.Dispose();
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
