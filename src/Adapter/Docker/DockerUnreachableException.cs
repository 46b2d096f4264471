namespace Bridge.Adapter.Docker;

/// <summary>Docker could not be asked: nothing is known about what it has. Never to be read as "Docker does not have it".</summary>
internal sealed class DockerUnreachableException(string dockerSocket, string reason, Exception? cause)
    : DockerException($"Docker at {dockerSocket} does not answer: {reason}", cause)
{
    public string Reason { get; } = reason;
}
