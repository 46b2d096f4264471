using System.Globalization;
using System.Text.Json.Nodes;
using Bridge.TestHosts;

namespace Bridge.Benchmarks.Stage;

/// <summary>The calls that Docker makes for the start of a container, with an empty network namespace as its sandbox.</summary>
/// <param name="docker">To cnm-cni's socket.</param>
internal sealed class AttachingCalls(HttpClient docker)
{
    private const int AtOnce = 4;
    private const string NetnsPrefix = "present";

    /// <summary>Makes attachments of these numbers, each with its namespace.</summary>
    /// <param name="host">Where cnm-cni runs.</param>
    /// <param name="from">The first number.</param>
    /// <param name="count">How many there are afterwards, those before the first among them.</param>
    /// <param name="attach">Makes the calls for one.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task GrowAsync(
        TestHost host, int from, int count, Func<AttachingCalls, int, CancellationToken, Task> attach, CancellationToken cancellationToken)
    {
        Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"making {count - from} attachments"));
        (await host.RunAsync(
            ["sh", "-ec", string.Create(
                CultureInfo.InvariantCulture, $"for i in $(seq {from} {count - 1}); do ip netns add {NetnsPrefix}$i; done")],
            cancellationToken)).EnsureSuccess();
        using var docker = host.AsDocker();
        var calls = new AttachingCalls(docker);
        await Parallel.ForEachAsync(
            Enumerable.Range(from, count - from),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (number, token) => await attach(calls, number, token));
    }

    public static string EndpointOf(int number) => number.ToString("x64", CultureInfo.InvariantCulture);

    /// <summary>The name of the namespace of an attachment, below /run/netns.</summary>
    public static string NetnsOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{NetnsPrefix}{number}");

    /// <summary>RequestAddress, CreateEndpoint and Join.</summary>
    /// <param name="networkId">Docker's id of the network.</param>
    /// <param name="pool">What RequestPool has answered for it.</param>
    /// <param name="number">Of the attachment.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its address, with the length of its prefix.</returns>
    public async Task<string> AttachAsync(string networkId, string pool, int number, CancellationToken cancellationToken)
    {
        var mac = string.Create(CultureInfo.InvariantCulture, $"02:42:0a:00:{number >> 8:x2}:{number & 255:x2}");
        var address = (await CallAsync("IpamDriver.RequestAddress", new JsonObject
        {
            ["PoolID"] = pool,
            ["Options"] = new JsonObject { ["com.docker.network.endpoint.macaddress"] = mac },
        }, cancellationToken))["Address"]!.GetValue<string>();
        await CallAsync("NetworkDriver.CreateEndpoint", new JsonObject
        {
            ["NetworkID"] = networkId,
            ["EndpointID"] = EndpointOf(number),
            ["Interface"] = new JsonObject { ["Address"] = address, ["MacAddress"] = mac },
        }, cancellationToken);
        await CallAsync("NetworkDriver.Join", new JsonObject
        {
            ["NetworkID"] = networkId,
            ["EndpointID"] = EndpointOf(number),
            ["SandboxKey"] = $"/run/netns/{NetnsOf(number)}",
        }, cancellationToken);
        return address;
    }

    /// <summary>One call of Docker's.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public async Task<JsonNode> CallAsync(string method, JsonObject body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body.ToJsonString());
        using var response = await docker.PostAsync(new Uri(method, UriKind.Relative), content, cancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        return (answer["Err"] ?? answer["Error"])?.GetValue<string>() is { Length: > 0 } error
            ? throw new InvalidOperationException($"{method} was refused: {error}")
            : answer;
    }
}
