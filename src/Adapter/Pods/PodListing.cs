namespace Bridge.Adapter.Pods;

/// <summary>The pods of this host, as far as the container runtime said in time.</summary>
internal sealed record PodListing(PodRuntimeState Runtime, IReadOnlyList<Pod> Pods);
