namespace CniInvoker;

/// <summary>Where one run of a plugin stands.</summary>
internal enum PluginRunPhase
{
    /// <summary>It may run until its deadline.</summary>
    Running,

    /// <summary>The group was asked to end and may tidy up during the grace.</summary>
    Terminating,

    /// <summary>The group was killed, or the plugin failed: what is left dies.</summary>
    Killed,

    /// <summary>The plugin succeeded; what it still had to say is read.</summary>
    Draining,
}
