using System.Threading.Channels;
using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

/// <param name="Kind">What happened.</param>
/// <param name="NetworkId">The network; null for an event of a container alone.</param>
/// <param name="ContainerId">The container of the event, or the one that was connected or disconnected; null when there is none.</param>
internal sealed record DockerEvent(DockerEventKind Kind, string? NetworkId = null, string? ContainerId = null);

internal enum DockerEventKind
{
    /// <summary>Docker answers (again). Earlier events may have been missed.</summary>
    Connected,

    /// <summary>A container's process has ended.</summary>
    ContainerDied,

    /// <summary>A container has a new name. Compose renames every container that it replaces.</summary>
    ContainerRenamed,

    ContainerDestroyed,
    NetworkConnected,
    NetworkDisconnected,
    NetworkDestroyed,
}

/// <summary>Turns event messages of the client library into <see cref="DockerEvent"/>s and drops the others.</summary>
internal sealed class EventTranslation(ChannelWriter<DockerEvent> events) : IProgress<Message>
{
    public void Report(Message value)
    {
        var id = value.Actor?.ID;
        var container = value.Actor?.Attributes?.TryGetValue("container", out var named) == true ? named : null;
        DockerEvent? translated = (value.Type, value.Action) switch
        {
            ("container", "die") => new(DockerEventKind.ContainerDied, ContainerId: id),
            ("container", "rename") => new(DockerEventKind.ContainerRenamed, ContainerId: id),
            ("container", "destroy") => new(DockerEventKind.ContainerDestroyed, ContainerId: id),
            ("network", "connect") => new(DockerEventKind.NetworkConnected, id, container),
            ("network", "disconnect") => new(DockerEventKind.NetworkDisconnected, id, container),
            ("network", "destroy") => new(DockerEventKind.NetworkDestroyed, id),
            _ => null,
        };
        if (translated is not null)
            events.TryWrite(translated); // Fails only when the channel is completed, and then it has no reader.
    }
}
