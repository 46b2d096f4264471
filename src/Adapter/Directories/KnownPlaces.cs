namespace Bridge.Adapter.Directories;

/// <summary>
/// Where container runtimes have their sockets, their settings, their CNI configurations and their CNI plugins: a row each, in the order in
/// which cnm-cni asks them. docs/directories.md has the same table.
/// </summary>
/// <param name="root">Stands before every path; empty but in tests.</param>
internal sealed class KnownPlaces(string root = "")
{
    private const string Rancher = "/var/lib/rancher";
    private const string Snap = "/var/snap/microk8s";

    /// <summary>The directory of CNI itself, of kubeadm's nodes and of Podman.</summary>
    public string ConfigurationDirectory { get; } = root + "/etc/cni/net.d";

    /// <summary>CNI's own; that of Debian; that of Fedora.</summary>
    public IReadOnlyList<string> PluginDirectories { get; } = [root + "/opt/cni/bin", root + "/usr/lib/cni", root + "/usr/libexec/cni"];

    /// <summary>
    /// Runtimes that belong to one Kubernetes distribution come first: their socket shows a cluster. containerd and CRI-O are often
    /// installed for other purposes.
    /// </summary>
    public IReadOnlyList<KnownRuntime> Runtimes { get; } =
    [
        // k3s pkg/agent/config/config.go: with its flannel. data/cni since October 2024 (docs.k3s.io, Multus and IPAM plugins).
        new("k3s", root + "/run/k3s/containerd/containerd.sock", root + $"{Rancher}/k3s",
            [root + $"{Rancher}/k3s/agent/etc/containerd/config.toml"], root + $"{Rancher}/k3s/agent/etc/cni/net.d",
            [root + $"{Rancher}/k3s/data/cni", root + $"{Rancher}/k3s/data/current/bin"]),
        // The same agent with the directories of CNI itself.
        new("RKE2", root + "/run/k3s/containerd/containerd.sock", root + $"{Rancher}/rke2",
            [root + $"{Rancher}/rke2/agent/etc/containerd/config.toml"], root + "/etc/cni/net.d", [root + "/opt/cni/bin"]),
        new("k0s", root + "/run/k0s/containerd.sock", root + "/var/lib/k0s",
            [root + "/etc/k0s/containerd.toml"], root + "/etc/cni/net.d", [root + "/opt/cni/bin"]),
        // microk8s microk8s-resources/default-args/containerd-template.toml. Its flannel and its stock plugins are in the snap itself.
        new("MicroK8s", root + $"{Snap}/common/run/containerd.sock", root + $"{Snap}/current",
            [root + $"{Snap}/current/args/containerd.toml"], root + $"{Snap}/current/args/cni-network",
            [root + $"{Snap}/current/opt/cni/bin", root + "/snap/microk8s/current/opt/cni/bin"]),
        // crio.conf(5): network_dir and plugin_dirs. Its answer to Status names neither (cri-o server/runtime_status.go).
        new("CRI-O", root + "/var/run/crio/crio.sock", root + "/etc/crio",
            [root + "/etc/crio/crio.conf", root + "/etc/crio/crio.conf.d"], root + "/etc/cni/net.d",
            [root + "/opt/cni/bin", root + "/usr/libexec/cni"]),
        new("containerd", root + "/run/containerd/containerd.sock", root + "/etc/containerd/config.toml",
            [root + "/etc/containerd/config.toml"], root + "/etc/cni/net.d", [root + "/opt/cni/bin"]),
        new("cri-dockerd", root + "/run/cri-dockerd.sock", root + "/run/cri-dockerd.sock",
            [], root + "/etc/cni/net.d", [root + "/opt/cni/bin"]),
    ];
}

/// <summary>One container runtime as it is installed without changes.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Socket">On which it serves the Container Runtime Interface.</param>
/// <param name="Trace">A file or directory that is there when it is installed.</param>
/// <param name="Files">Its settings in TOML: files, and directories of files that are read after them.</param>
/// <param name="ConfigurationDirectory">Its default.</param>
/// <param name="PluginDirectories">Its defaults.</param>
internal sealed record KnownRuntime(
    string Name, string Socket, string Trace, IReadOnlyList<string> Files, string ConfigurationDirectory,
    IReadOnlyList<string> PluginDirectories)
{
    public bool IsInstalled => Path.Exists(Trace) || Path.Exists(Socket);
}
