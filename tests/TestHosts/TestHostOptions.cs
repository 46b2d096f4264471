namespace Bridge.TestHosts;

/// <summary>How a test host is furnished. Without any setting: containerd with CRI, dockerd, no CNI network, no bridge.</summary>
public sealed record TestHostOptions
{
    /// <summary>CNI configuration: file name in /etc/cni/net.d → content.</summary>
    public IReadOnlyDictionary<string, string> CniNetworks { get; init; } = new Dictionary<string, string>();

    /// <summary>Executable files in /opt/cni/bin: name → content, for instance a shell script that plays a broken plugin.</summary>
    public IReadOnlyDictionary<string, string> CniPlugins { get; init; } = new Dictionary<string, string>();

    /// <summary>Content of /etc/cnm-cni/config.yaml; null: no such file.</summary>
    public string? BridgeSettings { get; init; }

    /// <summary>The cnm-cni that the host runs as a daemon; null: the published one.</summary>
    public string? BridgeProgram { get; init; }

    /// <summary>Environment of the daemon, besides what it would have.</summary>
    public IReadOnlyDictionary<string, string> BridgeEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the host forwards packets before dockerd starts, as every Kubernetes node does. Otherwise dockerd turns forwarding on
    /// and makes DROP the policy of the FORWARD chain.
    /// </summary>
    public bool ForwardsPackets { get; init; } = true;

    /// <summary>Whether containerd and dockerd are started. A host without them is there in half a second.</summary>
    public bool StartEngine { get; init; } = true;

    /// <summary>Whether cnm-cni is started too; only beside an engine.</summary>
    public bool StartBridge { get; init; }

    /// <summary>
    /// Whether cnm-cni has a mount namespace of its own, as a service manager gives it that makes its file system read-only: what the host
    /// mounts is seen there, what it mounts itself is seen nowhere else, and is gone when it ends.
    /// </summary>
    public bool PrivateMounts { get; init; }

    /// <summary>
    /// A shell script that furnishes the machine before the host is started on it: in a mount namespace of its own, so that the real one
    /// stays as it is.
    /// </summary>
    public string? Machine { get; init; }
}
