namespace Bridge.TestHosts;

/// <summary>The equipment of a test host. By default: containerd with CRI, dockerd, no CNI network, no cnm-cni.</summary>
public sealed record TestHostOptions
{
    /// <summary>Where containerd has its CNI configurations.</summary>
    public string ConfigurationDirectory { get; init; } = "/etc/cni/net.d";

    /// <summary>CNI configuration: file name in <see cref="ConfigurationDirectory"/> → content.</summary>
    public IReadOnlyDictionary<string, string> CniNetworks { get; init; } = new Dictionary<string, string>();

    /// <summary>Executable files in /opt/cni/bin: name → content, for instance a shell script in place of a broken plugin.</summary>
    public IReadOnlyDictionary<string, string> CniPlugins { get; init; } = new Dictionary<string, string>();

    /// <summary>Content of /etc/cnm-cni/config.yaml; null: no such file.</summary>
    public string? BridgeSettings { get; init; }

    /// <summary>The cnm-cni that the host runs as a daemon; null: the published one.</summary>
    public string? BridgeProgram { get; init; }

    /// <summary>Additional environment variables of cnm-cni.</summary>
    public IReadOnlyDictionary<string, string> BridgeEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the host forwards packets before dockerd starts, as every Kubernetes node does. Otherwise dockerd turns forwarding on
    /// and makes DROP the policy of the FORWARD chain.
    /// </summary>
    public bool ForwardsPackets { get; init; } = true;

    /// <summary>Whether containerd and dockerd are started. A host without them starts in half a second.</summary>
    public bool StartEngine { get; init; } = true;

    /// <summary>Whether cnm-cni is started too; only beside an engine.</summary>
    public bool StartBridge { get; init; }

    /// <summary>
    /// Whether cnm-cni has a mount namespace of its own, as under systemd with a read-only file system: it sees the host's mounts,
    /// but its own mounts are visible nowhere else, and end with it.
    /// </summary>
    public bool PrivateMounts { get; init; }

    /// <summary>Whether the host and its containers see each other's mounts, as under systemd, which shares all of them.</summary>
    public bool SharedMounts { get; init; }

    /// <summary>
    /// A shell script that prepares the machine before the host starts: in a mount namespace of its own, so that the real machine
    /// stays unchanged.
    /// </summary>
    public string? Machine { get; init; }
}
