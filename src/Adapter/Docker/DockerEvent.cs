namespace Bridge.Adapter.Docker;

/// <param name="Kind">What happened.</param>
/// <param name="NetworkId">The network it happened to; null for what happened to a container alone.</param>
/// <param name="ContainerId">The container it happened to, or that was connected or disconnected; null when there is none.</param>
internal sealed record DockerEvent(DockerEventKind Kind, string? NetworkId = null, string? ContainerId = null);
