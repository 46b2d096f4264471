using System.Text.Json;
using Bridge.Adapter.Ui.Picture;
using Bridge.Adapter.Ui.Server;
using Bridge.Adapter.Ui.Traffic;
using CniInvoker;

namespace Bridge.Adapter.Ui;

/// <summary>
/// Reads the kernel's counters and connections each second while a browser is connected. A long table of connections is read less often, so
/// that reading takes a fifth of the time at most.
/// </summary>
/// <param name="rates">The counters.</param>
/// <param name="connections">Null: they cannot be read.</param>
/// <param name="whyNoConnections">Why not, as a sentence.</param>
/// <param name="host">The links.</param>
/// <param name="browsers">The members, and who gets it.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class TrafficWatch(
    LinkRates rates, Connections? connections, string? whyNoConnections, HostReading host, Browsers browsers, TimeProvider timeProvider)
{
    // A little more than a second: timeouts of connections are whole seconds.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1020);

    private static readonly TimeSpan AfterProblem = TimeSpan.FromSeconds(10);

    private const int RestPerWork = 4;

    private long _connectionsAt;
    private TimeSpan _connectionsRest;
    private string? _problem = whyNoConnections;

    private IReadOnlyDictionary<string, string>? _keys;
    private Dictionary<AddressNumber, string> _byAddress = [];
    private HostLinks? _links;
    private HashSet<AddressNumber> _own = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!browsers.Presence.Some.IsCompleted)
            {
                rates.Reset();
                connections?.Reset();
                await browsers.Presence.Some.WaitAsync(cancellationToken);
            }

            var start = timeProvider.GetTimestamp();
            if (!browsers.AwaitPicture)
                browsers.Send(ToEvent(Read()));

            var rest = Interval - timeProvider.GetElapsedTime(start);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, timeProvider, cancellationToken);
        }
    }

    private static byte[] ToEvent(TrafficMessage message) =>
        ServerSentEvent.Of("traffic", json => JsonSerializer.Serialize(json, message, TrafficJson.Default.TrafficMessage));

    private TrafficMessage Read()
    {
        var links = host.Last.Links;
        var (members, keys) = browsers.Members;
        var wanted = members.Select(member => member.Link).Concat(browsers.NetworkLinks).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var (seen, more) = ReadConnections(keys, links);
        return new TrafficMessage(
            timeProvider.GetUtcNow(), ReadRates(links, wanted), seen, more > 0 ? more : null, _problem);
    }

    private IReadOnlyDictionary<string, LinkRate> ReadRates(HostLinks links, HashSet<string> wanted)
    {
        try
        {
            return rates.Read(links, wanted);
        }
        catch (KernelException)
        {
            return new Dictionary<string, LinkRate>(); // Links came and went during each reading: the next is in a second.
        }
    }

    private (IReadOnlyList<SeenConnection> Seen, int More) ReadConnections(IReadOnlyDictionary<string, string> keys, HostLinks links)
    {
        if (connections is null || timeProvider.GetElapsedTime(_connectionsAt) < _connectionsRest)
            return ([], 0);

        Remember(keys, links);
        var start = _connectionsAt = timeProvider.GetTimestamp();
        try
        {
            var read = connections.Read(_byAddress, _own);
            var took = timeProvider.GetElapsedTime(start);
            (_problem, _connectionsRest) = (null, took + (took * RestPerWork));
            return read;
        }
        catch (KernelException refused)
        {
            (_problem, _connectionsRest) = ($"Connections cannot be shown: {refused.Message}.", AfterProblem);
            connections.Reset();
            return ([], 0);
        }
    }

    private void Remember(IReadOnlyDictionary<string, string> keys, HostLinks links)
    {
        if (!ReferenceEquals(keys, _keys))
        {
            _keys = keys;
            _byAddress = [];
            foreach (var (address, key) in keys)
            {
                if (AddressNumber.Parse(address) is { } number)
                    _byAddress[number] = key;
            }
        }

        if (ReferenceEquals(links, _links))
            return;

        _links = links;
        _own = [.. links.OwnAddresses.Select(AddressNumber.Parse).OfType<AddressNumber>()];
    }
}
