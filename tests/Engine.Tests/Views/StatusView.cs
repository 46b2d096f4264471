using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Views;

/// <summary>What <c>cnm-cni status --json</c> says.</summary>
public sealed record StatusView(
    string PodRuntime,
    IReadOnlyList<StatusView.Network> Networks,
    IReadOnlyList<StatusView.Endpoint> Endpoints,
    IReadOnlyList<StatusView.CniNetwork> CniNetworks,
    IReadOnlyList<StatusView.PendingCleanup> PendingCleanups,
    IReadOnlyList<StatusView.PortOwner> PortOwners)
{
    private static readonly JsonSerializerOptions Spelling = new(JsonSerializerDefaults.Web) { PropertyNameCaseInsensitive = false };

    public static async Task<StatusView> OfAsync(TestHost host, CancellationToken cancellationToken)
    {
        var answer = (await host.BridgeAsync(["status", "--json"], cancellationToken)).EnsureSuccess();
        JsonSchemas.Require("status", answer.StandardOutput);
        return JsonSerializer.Deserialize<StatusView>(answer.StandardOutput, Spelling)!;
    }

    public Endpoint EndpointOf(string endpointId) => Endpoints.Single(endpoint => endpoint.EndpointId == endpointId);

    public sealed record Network(string Id, string? Name, string CniNetwork);

    public sealed record Endpoint(
        string EndpointId,
        string ContainerId,
        string? ContainerName,
        string? NetworkName,
        IReadOnlyList<string> Addresses,
        string? Gateway,
        string Mac,
        int Mtu,
        IReadOnlyList<Port> Ports,
        JsonObject? Result);

    public sealed record Port(string? HostIp, int HostPort, int ContainerPort, string Protocol);

    public sealed record CniNetwork(string Name, IReadOnlyList<Neighbour> Neighbours);

    public sealed record Neighbour(string Kind, string? Name, string? ContainerId, string? EndpointId, IReadOnlyList<string> Addresses);

    public sealed record PortOwner(string Kind, string? Name, string? ContainerId, IReadOnlyList<Port> Ports);

    public sealed record PendingCleanup(string? EndpointId, string CniNetwork, int Attempts, string LastError);
}
