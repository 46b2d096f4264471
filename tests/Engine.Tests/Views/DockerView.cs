using System.Text.Json.Nodes;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Views;

/// <summary>What <c>docker inspect</c> says of a container's endpoint on one network.</summary>
public sealed record DockerView(string EndpointId, string Address, int PrefixLength, string Gateway, string Mac, string SandboxKey,
    string AddressV6)
{
    public static async Task<DockerView> OfAsync(TestHost host, string container, string network, CancellationToken cancellationToken)
    {
        var answer = (await host.DockerAsync(["inspect", container], cancellationToken)).EnsureSuccess();
        var settings = JsonNode.Parse(answer.StandardOutput)![0]!["NetworkSettings"]!;
        var endpoint = settings["Networks"]![network] ?? throw new InvalidOperationException($"{container} is not on {network}.");
        return new DockerView(
            (string)endpoint["EndpointID"]!,
            (string)endpoint["IPAddress"]!,
            (int)endpoint["IPPrefixLen"]!,
            (string)endpoint["Gateway"]!,
            (string)endpoint["MacAddress"]!,
            (string)settings["SandboxKey"]!,
            (string)endpoint["GlobalIPv6Address"]!);
    }
}
