namespace Bridge.Adapter.Translation;

/// <summary>What is known of an endpoint besides what Docker asks for in CreateEndpoint.</summary>
/// <param name="ContainerName">Only newer engines tell it before the container runs.</param>
internal sealed record EndpointFacts(string EndpointId, string NetworkId, string HostName, string? ContainerName);
