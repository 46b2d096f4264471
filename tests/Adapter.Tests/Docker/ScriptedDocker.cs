using System.Text.Json.Nodes;

namespace Bridge.Adapter.Tests.Docker;

/// <summary>A Docker that has networks and containers, and nothing else.</summary>
internal sealed class ScriptedDocker : IAsyncDisposable
{
    private readonly ScriptedSocket _socket = new();
    private readonly Lock _guard = new();

    // Guarded by guard.
    private readonly List<JsonObject> _networks = [];
    private readonly JsonArray _containers = [];
    private readonly HashSet<string> _lost = [];
    private int _made;

    private ScriptedDocker()
    {
        _socket.Answers["GET /_ping"] = ScriptedSocket.Json("OK");
        _socket.Answers["GET /events"] = async (context, cancellationToken) =>
        {
            await context.Response.Body.FlushAsync(cancellationToken);
            await ScriptedSocket.Silence(context, cancellationToken);
        };
        _socket.Answers["GET /networks"] =
            (context, cancellationToken) =>
                ScriptedSocket.Json(Locked(() => new JsonArray([.. _networks.Select(network => network.DeepClone())]).ToJsonString()))(
                    context, cancellationToken);
        _socket.Answers["GET /containers/json"] =
            (context, cancellationToken) =>
                ScriptedSocket.Json(
                    // All of them run.
                    context.Request.Query["filters"].ToString().Contains("exited", StringComparison.Ordinal) ? "[]" : Locked(() =>
                        new JsonArray([.. _containers.Select(container => container!.DeepClone()), .. Attached()]).ToJsonString()))(
                            context, cancellationToken);
        _socket.Answers["POST /networks/create"] =
            (context, cancellationToken) =>
                ScriptedSocket.Json(Locked(() => Create(JsonNode.Parse(_socket.Bodies[^1])!.AsObject())), 201)(context, cancellationToken);
    }

    public string Socket => _socket.Path;

    /// <summary>What to answer differently.</summary>
    public ScriptedSocket Script => _socket;

    public IReadOnlyList<string> Names => Locked(() => _networks.Select(network => (string)network["Name"]!).ToArray());

    public int Made => Locked(() => _made);

    public static async Task<ScriptedDocker> StartAsync()
    {
        var docker = new ScriptedDocker();
        await docker._socket.StartAsync();
        return docker;
    }

    /// <summary>A network as Docker lists it.</summary>
    public JsonObject Network(string name) =>
        Locked(() => (JsonObject)_networks.Single(network => (string)network["Name"]! == name).DeepClone());

    public void AddNetwork(string name, string driver, string? cniNetwork = null, string? subnet = null, string gateway = "",
        string ipam = "cni") => Locked(() => Create(new JsonObject
    {
        ["Name"] = name,
        ["Driver"] = driver,
        ["Options"] = cniNetwork is null ? null : new JsonObject { ["cni.network"] = cniNetwork },
        ["IPAM"] = subnet is null
            ? new JsonObject { ["Driver"] = "null" }
            : new JsonObject { ["Driver"] = ipam,
                ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = subnet, ["Gateway"] = gateway }) },
    }));

    /// <summary>A running container on a network.</summary>
    public void AddEndpoint(string network, string endpointId, string containerName) => Locked(() =>
    {
        var found = _networks.Single(other => (string)other["Name"]! == network);
        var attached = found["Containers"] as JsonObject ?? [];
        attached[containerName] = new JsonObject { ["Name"] = containerName, ["EndpointID"] = endpointId };
        found["Containers"] = attached.Parent is null ? attached : attached.DeepClone();
        return 0;
    });

    /// <summary>What is on networks stays there.</summary>
    public void LoseContainer(string name) => Locked(() => _lost.Add(name));

    public void RemoveEndpoint(string network, string containerName) =>
        Locked(() => ((JsonObject)_networks.Single(other => (string)other["Name"]! == network)["Containers"]!).Remove(containerName));

    public void RemoveNetwork(string name) => Locked(() => _networks.RemoveAll(network => (string)network["Name"]! == name));

    public void AddContainer(string network, string name = "c") => Locked(() =>
    {
        var container = Container("c", name);
        container["HostConfig"] = new JsonObject { ["NetworkMode"] = network };
        _containers.Add((JsonNode)container);
        return 0;
    });

    /// <summary>A running container with a label.</summary>
    public void AddLabelled(string name, string label, string value, string network) => Locked(() =>
    {
        var container = Container(name, name);
        container["Labels"] = new JsonObject { ["role"] = "node", [label] = value };
        container["NetworkSettings"] = new JsonObject { ["Networks"] = new JsonObject { [network] = new JsonObject() } };
        _containers.Add((JsonNode)container);
        return 0;
    });

    public void RemoveContainers() => Locked(() =>
    {
        _containers.Clear();
        return 0;
    });

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private IEnumerable<JsonNode> Attached() =>
        _networks.SelectMany(network => network["Containers"] as JsonObject ?? []).Select(container => container.Key).Distinct()
        .Where(name => !_lost.Contains(name)).Select(name => Container(name, name));

    private static JsonObject Container(string id, string name) =>
        JsonNode.Parse($$"""{ "Id": "{{id}}", "Names": ["/{{name}}"] }""")!.AsObject();

    private string Create(JsonObject network)
    {
        var id = $"{++_made:d2}".PadRight(64, '0');
        network["Id"] = id;
        _networks.Add(network);
        _socket.Answers[$"GET /networks/{id}"] =
            (context, cancellationToken) => Locked(() => _networks.Find(other => (string)other["Id"]! == id)?.ToJsonString()) is { } json
            ? ScriptedSocket.Json(json)(context, cancellationToken)
            : ScriptedSocket.Json("""{"message":"no such network"}""", 404)(context, cancellationToken);
        _socket.Answers[$"DELETE /networks/{id}"] = (context, cancellationToken) =>
        {
            Locked(() => _networks.RemoveAll(other => (string)other["Id"]! == id));
            return ScriptedSocket.Json("", 204)(context, cancellationToken);
        };
        return new JsonObject { ["Id"] = id }.ToJsonString();
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_guard)
            return action();
    }
}
