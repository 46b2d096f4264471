using System.Threading.Channels;
using Docker.DotNet.Models;

namespace Bridge.Adapter.Docker;

/// <summary>Docker's event messages in our words; what we have no word for is dropped.</summary>
internal sealed class EventTranslation(ChannelWriter<DockerEvent> events) : IProgress<Message>
{
    public void Report(Message value)
    {
        var id = value.Actor?.ID;
        var container = value.Actor?.Attributes?.TryGetValue("container", out var named) == true ? named : null;
        DockerEvent? happened = (value.Type, value.Action) switch
        {
            ("container", "die") => new(DockerEventKind.ContainerDied, ContainerId: id),
            ("container", "rename") => new(DockerEventKind.ContainerRenamed, ContainerId: id),
            ("container", "destroy") => new(DockerEventKind.ContainerDestroyed, ContainerId: id),
            ("network", "connect") => new(DockerEventKind.NetworkConnected, id, container),
            ("network", "disconnect") => new(DockerEventKind.NetworkDisconnected, id, container),
            ("network", "destroy") => new(DockerEventKind.NetworkDestroyed, id),
            _ => null,
        };
        if (happened is not null)
        {
            // The channel takes everything until it is completed, and then nobody listens any more.
            events.TryWrite(happened);
        }
    }
}
