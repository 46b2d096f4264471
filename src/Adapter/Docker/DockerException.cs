namespace Bridge.Adapter.Docker;

/// <summary>A question to Docker got no useful answer: for those who only want to ask again later.</summary>
internal abstract class DockerException(string message, Exception? cause) : Exception(message, cause);
