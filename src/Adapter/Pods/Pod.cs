using System.Net;

namespace Bridge.Adapter.Pods;

/// <summary>A Kubernetes pod of this host.</summary>
/// <param name="SandboxId">The id of its sandbox: the CNI container id under which its addresses were taken.</param>
/// <param name="Namespace">Its Kubernetes namespace.</param>
/// <param name="Name">Its name in that namespace.</param>
/// <param name="IsReady">Its sandbox runs. One that does not may hold its addresses still.</param>
/// <param name="Addresses">Its addresses on its own network; empty when it has none (host network, not ready), or when they could not be
/// asked for in time.</param>
internal sealed record Pod(string SandboxId, string Namespace, string Name, bool IsReady, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>As people write it: <c>default/web</c>.</summary>
    public string FullName => $"{Namespace}/{Name}";
}
