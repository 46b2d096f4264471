using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using CniInvoker;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// A namespace in place of another host, at the other end of a cable (a veth pair): what comes from it arrives at the host over an
/// interface and passes its firewall. The namespace has no path, and the pair is made in it, so that both end with the process.
/// </summary>
internal sealed class NeighbourHost : IDisposable
{
    /// <summary>The host's end.</summary>
    public const string LinkName = "cnm-cni-test";

    private const string Alias = "cnm-cni test";
    private static readonly LinkSysctl IPv6Enabled = new(LinkSysctl.IPv6SwitchKey, "0");

    private readonly NetworkNamespace _host;

    private NeighbourHost(NetworkNamespace host, NetworkNamespace network) => (_host, Network) = (host, network);

    public NetworkNamespace Network { get; }

    /// <summary>The host's addresses on the cable.</summary>
    public IReadOnlyList<IPAddress> HostAddresses { get; private init; } = [];

    /// <param name="host">The host's namespace.</param>
    /// <param name="subnets">One for each family.</param>
    public static NeighbourHost Connect(NetworkNamespace host, IReadOnlyList<IPNetwork> subnets)
    {
        var (network, netlink) = NetworkNamespace.Create(alias: null);
        try
        {
            using (netlink)
            using (var ofHost = host.OpenNetlink())
            {
                netlink.AddVethPair(LinkName);
                var own = netlink.FindLink(netlink.FindLink(LinkName)!.PeerIndex!.Value)!;
                host.Take(netlink, netlink.FindLink(LinkName)!.Index, LinkName);
                var link = ofHost.FindLink(LinkName)!;
                foreach (var subnet in subnets)
                {
                    if (subnet.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
                    {
                        // The default of new links may be off.
                        new LinkSysctls(host).Set(LinkName, [IPv6Enabled]);
                        new LinkSysctls(network).Set(own.Name, [IPv6Enabled]);
                    }

                    var (near, far) = FreeSubnets.Ends(subnet);
                    ofHost.AddAddress(link, new LinkAddress($"{near}", subnet.PrefixLength));
                    netlink.AddAddress(own, new LinkAddress($"{far}", subnet.PrefixLength));
                }

                ofHost.SetUp(link.Index, Alias);
            }

            return new NeighbourHost(host, network)
            {
                HostAddresses = [.. subnets.Select(subnet => FreeSubnets.Ends(subnet).Host)],
            };
        }
        catch
        {
            network.Dispose();
            Remove(host);
            throw;
        }
    }

    /// <summary>Removes the cable, if there is one. The kernel would remove it with the namespace, but in its own time.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(NetworkNamespace host)
    {
        using var netlink = host.OpenNetlink();
        if (netlink.FindLink(LinkName) is not { Alias: Alias } link)
            return false;

        try
        {
            netlink.RemoveLink(link.Index);
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENODEV)
        {
            // With its namespace.
        }

        return true;
    }

    public void Dispose()
    {
        Remove(_host);
        Network.Dispose();
    }
}
