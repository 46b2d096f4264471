namespace Bridge.Adapter.Faults;

/// <summary>What sort of step may be the last.</summary>
internal enum FaultKind
{
    /// <summary>A durable file is written, renamed or removed.</summary>
    Write,

    /// <summary>A plugin is about to be started.</summary>
    PluginStart,

    /// <summary>A plugin is at work.</summary>
    PluginRun,

    /// <summary>A plugin has ended, and nobody has noted how.</summary>
    PluginEnd,

    /// <summary>The kernel is asked over netlink to change something.</summary>
    Netlink,

    /// <summary>A sysctl of a link is set.</summary>
    Sysctl,

    /// <summary>A namespace is mounted or unmounted, or the file below is made or removed.</summary>
    Mount,

    /// <summary>Docker gets its answer, or has got it.</summary>
    Answer,
}
