namespace CniInvoker;

/// <summary>Where a <see cref="CniClient"/> finds things, and how it behaves. Every option has a default.</summary>
public sealed record CniClientOptions
{
    /// <summary>The directory of network configurations. <c>/etc/cni/net.d</c>.</summary>
    public string ConfigurationDirectory { get; init; } = "/etc/cni/net.d";

    /// <summary>The plugin directories, in the order of the search: CNI_PATH. <c>/opt/cni/bin</c>, then <c>/usr/lib/cni</c> (Debian) and <c>/usr/libexec/cni</c> (Fedora).</summary>
    public IReadOnlyList<string> PluginDirectories { get; init; } = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

    /// <summary>
    /// Where attachments are remembered, unless <see cref="Store"/> is set. <c>/var/lib/cni-invoker</c>: never a directory in which another
    /// runtime keeps its own, since either would take the other's attachments for its own.
    /// </summary>
    public string StateDirectory { get; init; } = "/var/lib/cni-invoker";

    /// <summary>
    /// The file by which processes keep out of each other's way; all that run plugins for the same containers must name the same.
    /// <c>lock</c> in <see cref="StateDirectory"/>.
    /// </summary>
    public string? LockFile { get; init; }

    /// <summary>How long operations may take.</summary>
    public CniDeadlines Deadlines { get; init; } = new();

    /// <summary>What DEL does where the specification leaves a choice.</summary>
    public DeletePolicy DeletePolicy { get; init; } = new();

    /// <summary>Remembers attachments; files in libcni's format by default.</summary>
    public IAttachmentStore? Store { get; init; }

    /// <summary>Runs plugins; as processes by default. Wrap a <see cref="PluginProcess"/> to log what plugins write to stderr, or to measure.</summary>
    public IPluginExecutor? Executor { get; init; }

    /// <summary>
    /// The attachments on a network that somebody else looks after under the same lock file. They are refused to every operation, and always
    /// stay when garbage is collected. Asked while the lock is held. None by default.
    /// </summary>
    public Func<string, IEnumerable<AttachmentId>> ForeignAttachments { get; init; } = _ => [];

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
