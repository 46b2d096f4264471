namespace CniInvoker;

/// <summary>The directories and the behaviour of a <see cref="CniClient"/>. Every option has a default.</summary>
public sealed record CniClientOptions
{
    /// <summary>The directory of network configurations. <c>/etc/cni/net.d</c>.</summary>
    public string ConfigurationDirectory { get; init; } = "/etc/cni/net.d";

    /// <summary>
    /// The plugin directories in search order: CNI_PATH. <c>/opt/cni/bin</c>, then <c>/usr/lib/cni</c> (Debian) and <c>/usr/libexec/cni</c>
    /// (Fedora).
    /// </summary>
    public IReadOnlyList<string> PluginDirectories { get; init; } = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

    /// <summary>
    /// The directory of the attachments' records, unless <see cref="Store"/> is set. <c>/var/lib/cni-invoker</c>. Never the directory of
    /// another runtime: each would treat the other's attachments as its own.
    /// </summary>
    public string StateDirectory { get; init; } = "/var/lib/cni-invoker";

    /// <summary>
    /// The lock file that excludes operations of other processes; all processes that run plugins for the same containers must name the
    /// same. <c>lock</c> in <see cref="StateDirectory"/>.
    /// </summary>
    public string? LockFile { get; init; }

    /// <summary>
    /// A directory in which processes of this user share what plugins answered to VERSION, so that ADD need not ask again:
    /// <c>versions.json</c> by path, device, inode, size, time of modification and of change. Best on a file system that a reboot empties,
    /// such as /run. It is made with mode 0700, and ignored if others have rights to it. A refusal never rests on it: the plugin is asked
    /// first. null, the default: each process asks for itself.
    /// </summary>
    public string? VersionDirectory { get; init; }

    /// <summary>The deadlines of operations.</summary>
    public CniDeadlines Deadlines { get; init; } = new();

    /// <summary>The behaviour of DEL where the specification leaves a choice.</summary>
    public DeletePolicy DeletePolicy { get; init; } = new();

    /// <summary>Stores attachments; by default in files of libcni's format.</summary>
    public IAttachmentStore? Store { get; init; }

    /// <summary>Runs plugins; by default as processes. Wrap a <see cref="PluginProcess"/> to log stderr or to measure.</summary>
    public IPluginExecutor? Executor { get; init; }

    /// <summary>
    /// The attachments on a network that another runtime manages under the same lock file: every operation refuses them, and GC keeps them.
    /// Called while the lock is held. None by default.
    /// </summary>
    public Func<string, IEnumerable<AttachmentId>> ForeignAttachments { get; init; } = _ => [];

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>
/// The behaviour of DEL where the specification leaves a choice. By default DEL stops at every failure after which an address could be
/// released while a later plugin's rules still use it; DEL must then be repeated.
/// </summary>
public sealed record DeletePolicy
{
    /// <summary>Skips a plugin whose binary is no longer installed instead of failing. What that plugin set up remains. false.</summary>
    public bool SkipMissingPlugins { get; init; }

    /// <summary>Treats a plugin's error code 3 (container unknown: nothing to clean up, SPEC §5 "Error") as success. true.</summary>
    public bool AcceptUnknownContainer { get; init; } = true;
}
