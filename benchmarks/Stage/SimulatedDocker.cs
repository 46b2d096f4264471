using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Bridge.Benchmarks.Stage;

/// <summary>
/// Answers on a socket as a Docker would that has the networks and containers it is told of: thousands of them need no process. It is
/// asked by cnm-cni alone, for what it reads of Docker.
/// </summary>
internal sealed class SimulatedDocker : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _guard = new();

    // Guarded by _guard.
    private readonly Dictionary<string, JsonObject> _networks = [];
    private readonly JsonArray _containers = [];

    /// <param name="path">Of the socket.</param>
    public SimulatedDocker(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = AcceptAsync(_end.Token);
    }

    /// <param name="id">The network's id.</param>
    /// <param name="name">Its name, and that of its CNI network.</param>
    /// <param name="subnet">Of its pool.</param>
    /// <param name="gateway">Likewise.</param>
    public void AddNetwork(string id, string name, string subnet, string gateway)
    {
        lock (_guard)
        {
            _networks[id] = new JsonObject
            {
                ["Id"] = id, ["Name"] = name, ["Driver"] = "cni", ["Scope"] = "local",
                ["Options"] = new JsonObject { ["cni.network"] = name, ["cni.attach"] = "sandbox" },
                ["IPAM"] = new JsonObject
                {
                    ["Driver"] = "cni",
                    ["Options"] = new JsonObject { ["cni.network"] = name },
                    ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = subnet, ["Gateway"] = gateway }),
                },
                ["Containers"] = new JsonObject(),
            };
        }
    }

    /// <param name="networkId">Its network.</param>
    /// <param name="endpointId">Its endpoint.</param>
    /// <param name="name">Its name.</param>
    /// <param name="address">With the length of its prefix.</param>
    public void AddContainer(string networkId, string endpointId, string name, string address)
    {
        var id = new string([.. endpointId.Reverse()]);
        lock (_guard)
        {
            _networks[networkId]["Containers"]![id] = new JsonObject
            {
                ["Name"] = name, ["EndpointID"] = endpointId, ["IPv4Address"] = address, ["IPv6Address"] = "",
            };
            _containers.Add((JsonNode)new JsonObject
            {
                ["Id"] = id, ["Names"] = new JsonArray($"/{name}"), ["State"] = "running", ["Labels"] = new JsonObject(),
                ["NetworkSettings"] = new JsonObject
                {
                    ["Networks"] = new JsonObject
                    {
                        [_networks[networkId]["Name"]!.GetValue<string>()] =
                            new JsonObject { ["NetworkID"] = networkId, ["EndpointID"] = endpointId },
                    },
                },
            });
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(cancellationToken), cancellationToken);
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It ends.
        }
    }

    // Requests without a body, one after the other.
    private async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } request)
            {
                while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
                {
                    // The headers say nothing that matters here.
                }

                await stream.WriteAsync(Answer(request.Split(' ')[1]), cancellationToken);
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            // The asker has hung up.
        }
    }

    private byte[] Answer(string target)
    {
        // Versions of the API come first: /v1.41/networks.
        string[] path = [.. target.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).SkipWhile(part => part[0] == 'v' &&
            char.IsAsciiDigit(part[^1]))];
        if (path is ["events"])
            return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();

        lock (_guard)
        {
            return path switch
            {
                ["_ping"] => Ok("OK"),
                ["networks"] => Ok(new JsonArray([.. _networks.Values.Select(network => WithoutContainers(network))]).ToJsonString()),
                ["networks", var id] when _networks.TryGetValue(id, out var network) => Ok(network.ToJsonString()),
                ["containers", "json"] => Ok(target.Contains("exited", StringComparison.Ordinal) ? "[]" : _containers.ToJsonString()),
                _ => Response("404 Not Found", $$"""{"message":"{{target}} is not simulated"}"""),
            };
        }
    }

    private static JsonObject WithoutContainers(JsonObject network) =>
        new JsonObject(network.Where(pair => pair.Key != "Containers").Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    private static byte[] Ok(string body) => Response("200 OK", body);

    private static byte[] Response(string status, string body)
    {
        var content = Encoding.UTF8.GetBytes(body);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {content.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. content];
    }
}
