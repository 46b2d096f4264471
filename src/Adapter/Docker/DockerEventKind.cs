namespace Bridge.Adapter.Docker;

internal enum DockerEventKind
{
    /// <summary>Docker answers (again). What happened before may have been missed.</summary>
    Connected,

    /// <summary>A container's process has ended.</summary>
    ContainerDied,

    /// <summary>A container has another name now; compose does that to every one that it replaces.</summary>
    ContainerRenamed,

    /// <summary>A container was removed.</summary>
    ContainerDestroyed,

    /// <summary>A container was connected to a network.</summary>
    NetworkConnected,

    /// <summary>A container was disconnected from a network.</summary>
    NetworkDisconnected,

    /// <summary>A network was removed.</summary>
    NetworkDestroyed,
}
