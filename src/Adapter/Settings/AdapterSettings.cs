using CniInvoker;

namespace Bridge.Adapter.Settings;

/// <summary>
/// The settings of the daemon. Every value has a default, so the file may be absent.
/// The keys of the file are the property names in camelCase: <see cref="SettingsTable"/> has a row for each, docs/settings.md explains
/// them.
/// </summary>
internal sealed record AdapterSettings
{
    /// <summary>
    /// Where Docker finds the driver; the file's name without <c>.sock</c> is the name of a driver that is no managed plugin. Absolute
    /// path of at most 107 bytes.
    /// </summary>
    public string Socket { get; init; } = "/run/docker/plugins/cni.sock";

    /// <summary>The name after <c>-d</c> and <c>--ipam-driver</c>; null: cnm-cni finds it (<c>Docker/DriverName</c>).</summary>
    public string? DriverName { get; init; }

    /// <summary>
    /// Where the host's file system is mounted, for a cnm-cni in a container; it becomes the root directory of the process. Absolute path;
    /// null: cnm-cni runs on the host itself.
    /// </summary>
    public string? PluginRoot { get; init; }

    /// <summary>The journal: records of attachments and pending clean-ups. Must survive a reboot. Absolute path.</summary>
    public string StateDirectory { get; init; } = "/var/lib/cnm-cni";

    /// <summary>
    /// Namespaces on the way (<c>netns/</c>), <see cref="PresentRecords"/>, <see cref="VersionDirectory"/> and <see cref="CniLock"/>. Must
    /// not survive a reboot, and must survive a restart of the daemon. Absolute path.
    /// </summary>
    public string RunDirectory { get; init; } = "/run/cnm-cni";

    /// <summary>The part of the journal that need not survive a reboot: the present state of attachments and reservations.</summary>
    public string PresentRecords => Path.Combine(RunDirectory, "records");

    /// <summary>
    /// The lock file shared with <c>cnm-cni cni</c>: one operation per container at a time, garbage collection alone.
    /// </summary>
    public string CniLock => Path.Combine(RunDirectory, "cni.lock");

    /// <summary>The answers of plugins to VERSION, shared with <c>cnm-cni cni</c>, so that its commands need not ask again.</summary>
    public string VersionDirectory => Path.Combine(RunDirectory, "versions");

    /// <summary>
    /// The directory of CNI configuration files, read whenever a Docker network is created. Absolute path; null: cnm-cni finds it.
    /// </summary>
    public string? ConfigurationDirectory { get; init; }

    /// <summary>
    /// The directories of CNI plugins, searched in this order, and their CNI_PATH. At least one absolute path; null: cnm-cni finds them.
    /// </summary>
    public IReadOnlyList<string>? PluginDirectories { get; init; }

    /// <summary>Docker's API socket, used in the background only: for names and for orphans. Absolute path.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    /// <summary>
    /// The socket of the container runtime that runs the pods of this host, asked for its directories and its pods. Need not exist.
    /// Absolute path of at most 107 bytes; null: cnm-cni finds it.
    /// </summary>
    public string? CriSocket { get; init; }

    /// <summary>Whether a Docker network is kept for every CNI network, under its name.</summary>
    public bool AutoNetworks { get; init; }

    /// <summary>
    /// Plugin types that run in the container's own namespace, besides <c>sbr</c>, <c>vrf</c> and <c>tuning</c>, which always do. File
    /// names without a directory.
    /// </summary>
    public IReadOnlyList<string> SandboxPlugins { get; init; } = [];

    /// <summary>
    /// Keys of CNI_ARGS that users of Docker may not set, for a container or for a network; a <c>*</c> at the end stands for any rest.
    /// </summary>
    public IReadOnlyList<string> ForbiddenArguments { get; init; } = [];

    /// <summary>
    /// Further environment variables for every plugin. None named <c>CNI_…</c>, <c>LD_…</c> or <c>PATH</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> PluginEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>How long plugins may take.</summary>
    public TimeoutSettings Timeouts { get; init; } = new();

    /// <summary>Limits of concurrent calls.</summary>
    public CallSettings Calls { get; init; } = new();

    /// <summary>Clean-ups after Docker has removed a container.</summary>
    public ReleaseSettings Release { get; init; } = new();

    /// <summary>Repair and its intervals.</summary>
    public RepairSettings Repair { get; init; } = new();

    /// <summary>What is put back after firewall rules or a bridge were removed.</summary>
    public ReloadSettings Reload { get; init; } = new();

    /// <summary>Attachments that are made before a container needs them.</summary>
    public WarmSettings Warm { get; init; } = new();

    /// <summary>
    /// Bytes one plugin run may print (output and error output each) before it counts as failed. 64 KiB to 256 MiB; in the file with a
    /// unit: <c>16MiB</c>.
    /// </summary>
    public int PluginOutputLimit { get; init; } = 1024 * 1024;

    /// <summary>What is logged, and how.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>What is kept of the past.</summary>
    public HistorySettings History { get; init; } = new();

    /// <summary>The files of the history, a part of <see cref="StateDirectory"/>.</summary>
    public string HistoryDirectory => Path.Combine(StateDirectory, "history");

    /// <summary>Where the metrics are, besides the plugin socket.</summary>
    public MetricsSettings Metrics { get; init; } = new();

    /// <summary>Where spans are sent.</summary>
    public TraceSettings Traces { get; init; } = new();
}

/// <summary>
/// Deadlines of the CNI operations; a whole chain of plugins shares one. In the file with a unit: <c>60s</c>, <c>2m</c>, <c>500ms</c>.
/// </summary>
internal sealed record TimeoutSettings
{
    private static readonly CniDeadlines Defaults = new();

    /// <summary>
    /// ADD of one attachment. After it the plugins are stopped, DEL runs, and the container does not start. 100 ms
    /// to 30 min.
    /// </summary>
    public TimeSpan Add { get; init; } = Defaults.Add;

    /// <summary>DEL of one attachment. After it the DEL is retried later. 100 ms to 30 min.</summary>
    public TimeSpan Delete { get; init; } = Defaults.Delete;

    /// <summary>CHECK of one attachment. 100 ms to 30 min.</summary>
    public TimeSpan Check { get; init; } = Defaults.Check;

    /// <summary>VERSION and STATUS, asked when a Docker network is created. 100 ms to 30 min.</summary>
    public TimeSpan Probe { get; init; } = Defaults.Status;

    /// <summary>
    /// The longest time to an answer for Docker, which itself waits without limit. At least ADD, the DEL of a failed one and the grace
    /// periods of both. 100 ms to 2 h.
    /// </summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>Between SIGTERM and SIGKILL for a plugin that is past its deadline. 0 to 1 min.</summary>
    public TimeSpan TerminationGrace { get; init; } = Defaults.TerminationGrace;

    /// <summary>The longest call within the deadlines: ADD fails at the last moment, then DEL takes all of its time.</summary>
    public TimeSpan LongestRegularCall => Add + Delete + (2 * TerminationGrace);

    /// <summary>The deadlines of the library.</summary>
    public CniDeadlines Deadlines => new()
    {
        Add = Add,
        Delete = Delete,
        Check = Check,
        Status = Probe,
        Version = Probe,
        GarbageCollection = Delete,
        TerminationGrace = TerminationGrace,
    };
}

/// <summary>Limits of concurrent calls. Calls that clean up have as many places again, of their own.</summary>
internal sealed record CallSettings
{
    /// <summary>
    /// Concurrent calls that create something. Each runs one plugin at a time. 1 to 1024.
    /// </summary>
    public int Running { get; init; } = 32;

    /// <summary>Calls that create something and wait for their turn. Further ones are refused. 0 to 65536.</summary>
    public int Waiting { get; init; } = 256;
}

/// <summary>Clean-ups of removed containers.</summary>
internal sealed record ReleaseSettings
{
    /// <summary>Whether Docker is answered before the plugins' DEL, which then runs at once in the background.</summary>
    public bool Deferred { get; init; } = true;

    /// <summary>How many run concurrently in the background. 1 to 64.</summary>
    public int Parallel { get; init; } = 2;

    /// <summary>How many may be deferred at a time; beyond that Docker waits for DEL. 1 to 4096.</summary>
    public int Pending { get; init; } = 64;

    /// <summary>The processor priority of plugins in the background, as nice(1) has it: 0 is that of cnm-cni, 19 the lowest.</summary>
    public int Niceness { get; init; } = 5;
}

/// <summary>
/// Search for and clean-up of what Docker or a crash left behind. In the file with a unit: <c>30s</c>, <c>5m</c>.
/// </summary>
internal sealed record RepairSettings
{
    /// <summary>Between two comparisons of the journal with Docker and the kernel. 1 s to 24 h.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an attachment may be unknown to Docker before it counts as orphaned: Docker lists a new endpoint late. 1 s to 1 h.
    /// </summary>
    public TimeSpan OrphanGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Before the first repetition of a failed DEL; doubles each time. 100 ms to 1 h, at most <see cref="RetryLongest"/>.
    /// </summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two repetitions of a failed DEL. 1 s to 24 h.</summary>
    public TimeSpan RetryLongest { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>`cnm-cni reload`, without the command.</summary>
internal sealed record ReloadSettings
{
    /// <summary>Whether the daemon reloads by itself after it notices that something is missing on the host.</summary>
    public bool Automatic { get; init; }
}

/// <summary>
/// Attachments that are made before a container needs them. A Docker network's options <c>cni.warm</c> and <c>cni.warm.reuse</c> override
/// the first two.
/// </summary>
internal sealed record WarmSettings
{
    /// <summary>The most warm attachments of one Docker network.</summary>
    public const int Most = 64;

    /// <summary>
    /// How many warm attachments each Docker network keeps whose chain allows it. 0 to <see cref="Most"/>; 0: none.
    /// </summary>
    public int Size { get; init; }

    /// <summary>An attachment whose container has ended becomes a warm one again, if the kernel shows it unchanged.</summary>
    public bool Reuse { get; init; }

    /// <summary>
    /// How long a reused attachment waits before the next container gets it: until late packets for the previous one, and what its
    /// neighbours remember of it, are gone. 0 to 10 min.
    /// </summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long no container has taken one before new ones are made, while at least half are ready; with reuse <see cref="Rest"/> counts.
    /// 0 to 10 min.
    /// </summary>
    public TimeSpan RefillPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Warm attachments stay when the daemon stops, and the next process uses them; otherwise they are removed.</summary>
    public bool KeepAtShutdown { get; init; } = true;
}

/// <summary>What `cnm-cni events` and `cnm-cni log` show.</summary>
internal sealed record HistorySettings
{
    /// <summary>The least size, but for 0.</summary>
    public const int Least = 1 << 20;

    /// <summary>
    /// Bytes of all its files together. <see cref="Least"/> to 1 GiB, in the file with a unit: <c>16MiB</c>; 0: nothing is kept.
    /// </summary>
    public int Size { get; init; } = 16 << 20;
}
