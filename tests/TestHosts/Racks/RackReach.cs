using Bridge.TestHosts.Sockets;

namespace Bridge.TestHosts.Racks;

/// <summary>Who reaches whom in a rack, and by which address.</summary>
public static class RackReach
{
    private const int MirrorPort = 81;
    private const int EchoPort = 82;

    /// <summary>HTTP from every container and pod to every container and pod.</summary>
    /// <returns>"A → B" where it fails.</returns>
    public static async Task<IReadOnlyList<string>> GapsAsync(IReadOnlyList<Station> stations, CancellationToken cancellationToken)
    {
        var gaps = new List<string>();
        foreach (var from in stations)
        {
            foreach (var to in stations)
            {
                if (!await from.Vantage.ServesAsync(to.Url, cancellationToken))
                    gaps.Add($"{from} → {to}");
            }
        }

        return gaps;
    }

    /// <summary>HTTP from every host to the published port of every other.</summary>
    /// <returns>"A → B" where it fails.</returns>
    public static async Task<IReadOnlyList<string>> PortGapsAsync(IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        var gaps = new List<string>();
        foreach (var from in nodes)
        {
            foreach (var to in nodes.Where(to => to != from))
            {
                if (!await from.Host.FromHost.ServesAsync(PublishedUrl(to), cancellationToken))
                    gaps.Add($"{from} → {to} port {Node.PublishedPort}");
            }
        }

        return gaps;
    }

    public static Uri PublishedUrl(Node node) => new($"http://{node.Address}:{Node.PublishedPort}/");

    /// <summary>Every container and pod is asked by every other what address it sees.</summary>
    /// <returns>"A → B sees C" where that is not the other's own.</returns>
    public static async Task<IReadOnlyList<string>> HiddenSourcesAsync(IReadOnlyList<Station> stations, CancellationToken cancellationToken)
    {
        var hidden = new List<string>();
        foreach (var to in stations)
        {
            await using var mirror = to.Vantage.ServeClientAddress(MirrorPort);
            foreach (var from in stations.Where(from => from != to))
            {
                if (await from.Vantage.GetAsync(to.Address, MirrorPort, cancellationToken) is var seen && seen != from.Address)
                    hidden.Add($"{from} → {to} sees {seen}");
            }
        }

        return hidden;
    }

    /// <summary>Sends one UDP datagram that must not be fragmented there and back.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver, which sends it back.</param>
    /// <param name="size">Of the IP packet, in bytes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Passage> PassAsync(Station from, Station to, int size, CancellationToken cancellationToken)
    {
        await using var echo = to.Vantage.EchoUdp(EchoPort);
        return await from.Vantage.SendWholeAsync(to.Address, EchoPort, size, cancellationToken);
    }
}
