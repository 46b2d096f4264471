namespace Bridge.Adapter.Settings;

/// <summary>
/// Everything that can be chosen about the daemon. Every value has a default, so no settings file is a good settings file.
/// In the file the keys are the property names in camelCase; <see cref="SettingsFile"/> reads it, docs/settings.md explains it.
/// </summary>
internal sealed record AdapterSettings
{
    /// <summary>
    /// Where Docker finds the driver; the file's name without <c>.sock</c> is the driver's name. Absolute path of at most 107 bytes.
    /// </summary>
    public string Socket { get; init; } = "/run/docker/plugins/cni.sock";

    /// <summary>The journal: what is attached, and what must still be cleaned up. Has to survive a reboot. Absolute path.</summary>
    public string StateDirectory { get; init; } = "/var/lib/cnm-cni";

    /// <summary>Namespaces on the way (<c>netns/</c>), and <see cref="CniLock"/>. Must not survive a reboot. Absolute path.</summary>
    public string RunDirectory { get; init; } = "/run/cnm-cni";

    /// <summary>
    /// By this file the driver and <c>cnm-cni cni</c> keep out of each other's way: one operation per container at a time, garbage collection alone.
    /// </summary>
    public string CniLock => Path.Combine(RunDirectory, "cni.lock");

    /// <summary>The directory of CNI configuration files, read whenever a Docker network is created. Absolute path.</summary>
    public string ConfigurationDirectory { get; init; } = "/etc/cni/net.d";

    /// <summary>Where CNI plugins are looked for, in this order; given to them as CNI_PATH. At least one absolute path.</summary>
    public IReadOnlyList<string> PluginDirectories { get; init; } = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];

    /// <summary>Docker's API socket, asked only in the background: names for people, orphans. Absolute path.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    /// <summary>
    /// containerd's socket, asked only for `cnm-cni status`: the pods on the same CNI networks. Need not exist. Absolute path of at most
    /// 107 bytes.
    /// </summary>
    public string ContainerdSocket { get; init; } = "/run/containerd/containerd.sock";

    /// <summary>Whether a Docker network is kept for every CNI network, under its name.</summary>
    public bool AutoNetworks { get; init; }

    /// <summary>
    /// Plugin types that run in the container's own namespace, besides <c>sbr</c>, <c>vrf</c> and <c>tuning</c>, which always do. File
    /// names without a directory.
    /// </summary>
    public IReadOnlyList<string> SandboxPlugins { get; init; } = [];

    /// <summary>
    /// Keys of CNI_ARGS that nobody who calls Docker may set, for a container or for a network; with a <c>*</c> at the end, all that begin so.
    /// </summary>
    public IReadOnlyList<string> ForbiddenArguments { get; init; } = [];

    /// <summary>
    /// Environment variables that every plugin gets besides those that all get. None named <c>CNI_…</c>, <c>LD_…</c> or <c>PATH</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> PluginEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long plugins may take.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();

    /// <summary>How many calls are worked on at once.</summary>
    public CallSettings Calls { get; init; } = new();

    /// <summary>How what is left behind is found and cleaned up.</summary>
    public RepairSettings Repair { get; init; } = new();

    /// <summary>
    /// Bytes one plugin run may print (output and error output each) before it counts as failed. 64 KiB to 256 MiB; in the file with a
    /// unit: <c>16MiB</c>.
    /// </summary>
    public int PluginOutputLimit { get; init; } = 1024 * 1024;

    /// <summary>What is logged, and how.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>What follows <c>-d</c> and <c>--ipam-driver</c>: Docker names a driver after its socket file.</summary>
    public string DriverName => Path.GetFileNameWithoutExtension(Socket);
}
