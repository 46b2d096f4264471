using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Reachability.Probes;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// Everybody who takes part in a test: containers, pod, host and a neighbour, each with a listener. Disposing ends listeners and the
/// neighbour; containers and pod are removed by <see cref="TrialRemoval"/>.
/// </summary>
internal sealed class TrialStage(NetworkNamespace host, DockerVersion engine) : IAsyncDisposable
{
    private static readonly TimeSpan DuplicateCheck = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly List<IDisposable> _owned = [];
    private readonly List<Listener> _listeners = [];

    // By name of a member or of the host: where it listens, and with which token it answers.
    private readonly Dictionary<string, (IReadOnlyList<IPEndPoint> At, byte[] Token)> _answers = new(StringComparer.Ordinal);

    public NetworkNamespace Host => host;

    /// <summary>With the routes that the plugins made, and without the cable to the neighbour.</summary>
    public HostView HostView { get; private set; } = new([], []);

    public DockerVersion Engine => engine;

    public List<Place> Members { get; } = [];

    /// <summary>Why a member is not there, as a clause.</summary>
    public Dictionary<string, string> Absent { get; } = new(StringComparer.Ordinal);

    /// <summary>Why a member that should be there is not, in the words of who refused.</summary>
    public Dictionary<string, string> Problems { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ContainerFacts> Containers { get; } = new(StringComparer.Ordinal);

    public NeighbourHost? Neighbour { get; private set; }

    /// <summary>Where the port of container 1 is published; null when it is not.</summary>
    public int? HostPort { get; set; }

    public IReadOnlyList<IPAddress> KnownToDocker(string name, string networkId) =>
        Containers.GetValueOrDefault(name)?.Endpoints.FirstOrDefault(endpoint => endpoint.NetworkId == networkId)?.Addresses ?? [];

    /// <summary>The namespace of a member, of the host or of the neighbour.</summary>
    public NetworkNamespace NetworkOf(string name) => name switch
    {
        Ends.Host => host,
        Ends.Neighbour => Neighbour!.Network,
        _ => Members.First(member => member.Name == name).Network,
    };

    /// <summary>Where a member or the host listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="address">One of its addresses.</param>
    public (IPEndPoint At, byte[] Token) Answer(string name, IPAddress address)
    {
        var (at, token) = _answers[name];
        var port = at.First(endPoint => endPoint.AddressFamily == address.AddressFamily
            && (endPoint.Address.Equals(address) || endPoint.Address.Equals(NamespaceSocket.Any(address.AddressFamily)))).Port;
        return (new IPEndPoint(address, port), token);
    }

    /// <summary>A container or pod that is attached. It listens on all addresses of its namespace, which is its own.</summary>
    public void Add(string name, NetworkNamespace network, string ifname)
    {
        _owned.Add(network);
        var place = Place.Read(name, network, ifname);
        Members.Add(place);
        // IPv4 also without an address on this network: before Docker 28, Docker itself publishes the ports of a container with IPv6
        // alone, over an interface of its own with IPv4.
        Listen(name, network, IPFamilies.All.Where(family => family == IPFamily.IPv4 || place.Address(family) is not null)
            .Select(family => new IPEndPoint(NamespaceSocket.Any(family.ToSockets()), TrialContainers.Port)));
    }

    /// <summary>To be called when all members are there. The host listens only at the addresses that they try, on free ports.</summary>
    public async Task OpenHostAsync(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        HostView = HostView.Read(host);
        IPEndPoint[] at =
        [
            .. IPFamilies.All.SelectMany(family => Members.Select(member => HostView.AddressFor(member, family)))
                .OfType<IPAddress>().Distinct().Select(address => new IPEndPoint(address, 0)),
        ];
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                Listen(Ends.Host, host, at, echoes: false);
                return;
            }
            catch (SocketException tentative) when (tentative.SocketErrorCode == SocketError.AddressNotAvailable
                && timeProvider.GetElapsedTime(start) < DuplicateCheck)
            {
                // A new IPv6 address of the host is being checked for duplicates.
                await Task.Delay(Pause, timeProvider, cancellationToken);
            }
        }
    }

    /// <param name="reserved">Subnets of networks that may have no route now.</param>
    /// <exception cref="TrialException">No subnet is free.</exception>
    public void ConnectNeighbour(IEnumerable<IPNetwork> reserved)
    {
        IPNetwork[] taken =
        [
            .. reserved, .. HostView.Routes.Where(route => !route.IsDefault).Select(route => IPNetwork.Parse(route.Destination)),
        ];
        var subnets = IPFamilies.All.Where(family => Members.Any(member => member.Address(family) is not null))
            .Select(family => family == IPFamily.IPv6 ? FreeSubnets.Find6(taken) : FreeSubnets.Find4(taken))
            .Select(found => found ?? throw new TrialException("No subnet is free for a cable to another host."));
        Neighbour = NeighbourHost.Connect(host, [.. subnets]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();

        Neighbour?.Dispose();
        _owned.ForEach(owned => owned.Dispose());
    }

    private void Listen(string name, NetworkNamespace network, IEnumerable<IPEndPoint> at, bool echoes = true)
    {
        var (listener, endPoints) = Listener.Start(network, echoes, at);
        _listeners.Add(listener);
        _answers[name] = (endPoints, listener.Token);
    }
}
