using System.Text.Json.Nodes;

namespace Bridge.HostileRequests.Requests;

/// <summary>An endless sequence of requests that follows from a seed.</summary>
internal sealed class RequestMix
{
    private const int Steps = 10_000;

    private readonly Random _random;
    private readonly Shapes _shapes;
    private readonly Damage _damage;
    private readonly BrokenHttp _http;

    // The rest of a life that has begun.
    private readonly Queue<HostileRequest> _life = [];

    public RequestMix(int seed)
    {
        _random = new Random(seed);
        _shapes = new Shapes(_random);
        _damage = new Damage(_random);
        _http = new BrokenHttp(_random);
    }

    public HostileRequest Next() => _life.TryDequeue(out var next) ? next : _random.Next(Steps) switch
    {
        < 5 => BeginLife(),
        < 8 => HostileRequest.Post(
            "status", _random.Any(["Bridge.Status", "Bridge.Check"]), _random.Next(2) == 0 ? "{}" : _random.Any(Nasty.Json)),
        < 12 => HostileRequest.Post("huge", "NetworkDriver.CreateEndpoint", _damage.Huge()) with { Answers = 0 },
        < 13 => _http.Abandoned(),
        < 700 => _http.Broken(),
        < 1_700 => _http.Odd(),
        < 2_200 => Pipelined(),
        < 4_000 => NastyIds(),
        < 6_500 => Damaged(),
        _ => Wellformed("nasty contents", _shapes.Any()),
    };

    /// <summary>A whole life of an attachment, of which some calls are missing, come twice or in another order.</summary>
    private HostileRequest BeginLife()
    {
        var network = _random.Any([Ids.Null, Ids.Ahead]);
        var endpoint = new JsonObject { ["NetworkID"] = network, ["EndpointID"] = _random.Any(Ids.RealEndpoints) };
        List<(string Method, JsonObject Body)> calls =
        [
            ("NetworkDriver.CreateNetwork", Shapes.Network(network)),
            ("IpamDriver.RequestAddress", new JsonObject { ["PoolID"] = $"pods/{HostileHost.Subnet}", ["Address"] = "" }),
            ("NetworkDriver.CreateEndpoint",
                With(endpoint, "Interface",
                    new JsonObject { ["Address"] = network == Ids.Ahead ? $"10.88.0.{_random.Next(2, 40)}/16" : "" })),
            ("NetworkDriver.Join", With(endpoint, "SandboxKey", "/run/docker/netns/none")),
            ("NetworkDriver.EndpointOperInfo", With(endpoint)),
            ("NetworkDriver.Leave", With(endpoint)),
            ("NetworkDriver.DeleteEndpoint", With(endpoint)),
        ];
        for (var change = _random.Next(4); change > 0; change--)
        {
            var (from, to) = (_random.Next(calls.Count), _random.Next(calls.Count));
            (calls[from], calls[to]) = _random.Next(3) == 0 ? (calls[to], calls[from]) : (calls[from], calls[from]);
        }

        calls.ForEach(call => _life.Enqueue(Wellformed("lives", call)));
        return _life.Dequeue();
    }

    private HostileRequest NastyIds()
    {
        var (method, body) = _shapes.Any();
        foreach (var field in body.Select(property => property.Key).Where(key => key.EndsWith("ID", StringComparison.Ordinal)).ToArray())
            body[field] = _random.Any(Nasty.Texts);

        return Wellformed("nasty ids", (method, body));
    }

    private HostileRequest Damaged()
    {
        var (method, body) = _shapes.Any();
        return HostileRequest.Post("damaged JSON", method, _damage.Of(body));
    }

    private HostileRequest Pipelined()
    {
        var parts = Enumerable.Range(0, _random.Next(2, 6)).Select(_ => Wellformed("", _shapes.Any()).Bytes).ToArray();
        return new HostileRequest("pipelined", [.. parts.SelectMany(part => part)], parts.Length);
    }

    private static HostileRequest Wellformed(string kind, (string Method, JsonObject Body) call) =>
        HostileRequest.Post(kind, call.Method, call.Body.ToJsonString());

    private static JsonObject With(JsonObject endpoint, string? field = null, JsonNode? value = null)
    {
        var body = endpoint.DeepClone().AsObject();
        if (field is not null)
            body[field] = value;

        return body;
    }
}
