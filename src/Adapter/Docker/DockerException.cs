using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>A request to Docker failed.</summary>
internal abstract class DockerException(string message, Exception? cause) : Exception(message, cause);

/// <summary>Docker did not answer. That says nothing about what it has, and must not be read as "Docker does not have it".</summary>
internal sealed class DockerUnreachableException(string dockerSocket, string reason, Exception? cause)
    : DockerException($"Docker at {dockerSocket} does not answer: {reason}", cause)
{
    public string Reason { get; } = reason;
}

/// <summary>Docker answered with an error.</summary>
internal sealed class DockerRefusalException(string request, HttpStatusCode status, string answer, Exception? cause)
    : DockerException($"Docker refused to {request} (HTTP {(int)status}): {answer.Trim()}", cause)
{
    public HttpStatusCode Status { get; } = status;
}
