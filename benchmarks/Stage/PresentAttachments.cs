using System.Globalization;
using System.Text.Json.Nodes;

namespace Bridge.Benchmarks.Stage;

/// <summary>
/// Attachments that are only there. cnm-cni gets for each the calls that Docker makes (RequestAddress, CreateEndpoint, Join), on a network
/// with `cni.attach=sandbox`, with an empty network namespace as the sandbox. The chain is the stock bridge with host-local: each has its
/// veth, its address and its record, but no rules, no container and no endpoint at Docker.
/// </summary>
internal sealed class PresentAttachments
{
    private const int AtOnce = 4;

    private readonly BenchHost _bench;
    private readonly string _network;
    private int _count;

    private PresentAttachments(BenchHost bench, string network)
    {
        _bench = bench;
        _network = network;
    }

    public static async Task<PresentAttachments> CreateAsync(BenchHost bench, CancellationToken cancellationToken)
    {
        var created = await bench.Host.DockerAsync(
            ["network", "create", .. BenchHost.CreateOptions(Chains.Present), "-o", "cni.attach=sandbox", Chains.Present],
            cancellationToken);
        return new PresentAttachments(bench, created.EnsureSuccess().Output);
    }

    /// <summary>Adds what is missing to <paramref name="count"/>.</summary>
    public async Task GrowAsync(int count, CancellationToken cancellationToken)
    {
        if (count <= _count)
            return;

        Progress.Tell(string.Create(CultureInfo.InvariantCulture, $"making {count - _count} attachments"));
        (await _bench.Host.RunAsync(
            ["sh", "-ec", string.Create(
                CultureInfo.InvariantCulture, $"for i in $(seq {_count} {count - 1}); do ip netns add present$i; done")],
            cancellationToken)).EnsureSuccess();
        using var docker = _bench.Host.AsDocker();
        await Parallel.ForEachAsync(
            Enumerable.Range(_count, count - _count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (number, token) => await AttachAsync(docker, number, token));
        _count = count;
    }

    private async Task AttachAsync(HttpClient docker, int number, CancellationToken cancellationToken)
    {
        var endpoint = number.ToString("x64", CultureInfo.InvariantCulture);
        var mac = string.Create(CultureInfo.InvariantCulture, $"02:42:0a:00:{number >> 8:x2}:{number & 255:x2}");
        var address = await CallAsync("IpamDriver.RequestAddress", new JsonObject
        {
            ["PoolID"] = $"{Chains.Present}/{Chains.Subnet(Chains.Present)}",
            ["Options"] = new JsonObject { ["com.docker.network.endpoint.macaddress"] = mac },
        });
        await CallAsync("NetworkDriver.CreateEndpoint", new JsonObject
        {
            ["NetworkID"] = _network,
            ["EndpointID"] = endpoint,
            ["Interface"] = new JsonObject { ["Address"] = address["Address"]!.GetValue<string>(), ["MacAddress"] = mac },
        });
        await CallAsync("NetworkDriver.Join", new JsonObject
        {
            ["NetworkID"] = _network,
            ["EndpointID"] = endpoint,
            ["SandboxKey"] = string.Create(CultureInfo.InvariantCulture, $"/run/netns/present{number}"),
        });

        async Task<JsonNode> CallAsync(string method, JsonObject body)
        {
            using var content = new StringContent(body.ToJsonString());
            using var response = await docker.PostAsync(new Uri(method, UriKind.Relative), content, cancellationToken);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
            return (answer["Err"] ?? answer["Error"])?.GetValue<string>() is { Length: > 0 } error
                ? throw new InvalidOperationException($"{method} of attachment {number}: {error}")
                : answer;
        }
    }
}
