using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

// Kubernetes clusters whose nodes are containers of this Docker.
internal sealed partial class DockerEngine
{
    // kind pkg/cluster/constants, k3d pkg/types/labels.go, minikube pkg/drivers/kic/oci/types.go.
    private static readonly (string Tool, string ClusterLabel)[] ClusterTools =
        [("kind", "io.x-k8s.kind.cluster"), ("k3d", "k3d.cluster"), ("minikube", "name.minikube.sigs.k8s.io")];

    public async Task<IReadOnlyList<ClusterInContainers>> ClustersAsync(CancellationToken cancellationToken)
    {
        var nodes = await ListContainersAsync(cancellationToken, Filter("status", "running"));
        return
        [
            .. from node in nodes
               from tool in ClusterTools
               where (node.Labels ?? new Dictionary<string, string>()).ContainsKey(tool.ClusterLabel)
               group node by (tool.Tool, Cluster: node.Labels[tool.ClusterLabel]) into cluster
               orderby cluster.Key.Tool, cluster.Key.Cluster
               select new ClusterInContainers(
                   cluster.Key.Tool, cluster.Key.Cluster,
                   [.. cluster.Select(NameOf).Order(StringComparer.Ordinal)],
                   [.. cluster.SelectMany(NetworksOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]),
        ];
    }

    private static IEnumerable<string> NetworksOf(ContainerListResponse container) =>
        container.NetworkSettings?.Networks?.Keys ?? Enumerable.Empty<string>();
}

/// <summary>A Kubernetes cluster whose nodes are containers of this Docker.</summary>
/// <param name="Tool">What made it: kind, k3d or minikube.</param>
/// <param name="Cluster">Its name there.</param>
/// <param name="Nodes">The names of its running containers.</param>
/// <param name="Networks">The Docker networks that they are on.</param>
internal sealed record ClusterInContainers(string Tool, string Cluster, IReadOnlyList<string> Nodes, IReadOnlyList<string> Networks);
