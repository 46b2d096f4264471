using System.Net;

namespace Bridge.Adapter.Docker;

/// <summary>Docker was asked and said no.</summary>
internal sealed class DockerRefusalException(string question, HttpStatusCode status, string answer, Exception? cause)
    : DockerException($"Docker refused to {question} (HTTP {(int)status}): {answer.Trim()}", cause)
{
    public HttpStatusCode Status { get; } = status;
}
