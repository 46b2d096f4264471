namespace Bridge.Adapter.Settings;

/// <summary>
/// What each key and each section of the settings file means, in a sentence or two: for the manual and for comments. docs/settings.md has
/// more.
/// </summary>
internal static class SettingsMeaning
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["socket"] = "Docker's plugin socket. The file name without .sock is the driver's name in docker network create -d NAME.",
        ["driverName"] = "The driver's name after -d and --ipam-driver of docker network create. auto: of a managed plugin its name with " +
            "the tag, else the file name of socket without .sock.",
        ["pluginRoot"] = "For a cnm-cni in a container: the directory at which the host's file system is mounted. It becomes the root " +
            "directory at the start, so that plugins, their state and every path are the host's.",
        ["stateDirectory"] = "Records that a power cut must not take: networks, addresses, pending clean-ups. Must survive a reboot.",
        ["runDirectory"] = "The present state of attachments, and their network namespaces. Must survive a restart of cnm-cni, and not a " +
            "reboot.",
        ["configurationDirectory"] = "CNI networks, one file each. auto: the directory of the host's container runtime, else " +
            "/etc/cni/net.d.",
        ["pluginDirectories"] = "CNI plugins, searched in this order. auto: the directories of the container runtime, then /opt/cni/bin, " +
            "/usr/lib/cni, /usr/libexec/cni.",
        ["dockerSocket"] = "Docker's API, used in the background and by the commands: for names, and to find what Docker has lost.",
        ["criSocket"] = "The container runtime that runs the pods of this host (CRI), for its directories and its pods. auto: the one " +
            "that answers.",
        ["autoNetworks"] = "true: cnm-cni keeps a Docker network of the same name for every CNI network.",
        ["sandboxPlugins"] = "Plugins (by type) that must run in the container's own namespace, besides sbr, vrf and tuning, which " +
            "always do.",
        ["forbiddenArguments"] = "Keys of CNI_ARGS that users of Docker may not set; * at the end stands for any rest. ['K8S_*']: no " +
            "container can claim the name of a pod.",
        ["pluginEnvironment"] = "Environment variables that every plugin gets besides, such as {HTTPS_PROXY: 'http://10.0.0.1:3128'}. " +
            "Not stored: DEL uses the current values.",
        ["timeouts"] = "Time limits.",
        ["timeouts.add"] = "ADD of one attachment, all plugins together. After it the plugins are stopped, DEL runs, and the container " +
            "does not start.",
        ["timeouts.delete"] = "DEL of one attachment. After it cnm-cni repeats the DEL later.",
        ["timeouts.check"] = "CHECK of one attachment.",
        ["timeouts.probe"] = "VERSION and STATUS, asked when a Docker network is created.",
        ["timeouts.call"] = "One call from Docker, from its arrival to its answer, whatever hangs. At least add, delete and twice " +
            "terminationGrace.",
        ["timeouts.terminationGrace"] = "Between SIGTERM and SIGKILL for plugins that are past their deadline.",
        ["calls"] = "Docker's calls.",
        ["calls.running"] = "How many of Docker's calls that create something run at once. Calls that remove something have as many " +
            "places of their own.",
        ["calls.waiting"] = "How many more wait for their turn. Those beyond are refused; calls that remove something never are.",
        ["release"] = "Clean-up after a container is removed.",
        ["release.deferred"] = "Whether Docker is answered before the plugins' DEL, which then runs at once in the background.",
        ["release.parallel"] = "How many of these clean-ups run at once.",
        ["release.pending"] = "How many may wait and run together. Beyond them Docker waits for DEL.",
        ["release.niceness"] = "The processor priority of plugins in the background, as nice has it: 0 is that of cnm-cni, 19 the lowest.",
        ["reload"] = "What a flushed firewall or a deleted bridge took from running containers.",
        ["reload.automatic"] = "Whether cnm-cni itself puts back what running containers have lost on the host, as cnm-cni reload does.",
        ["repair"] = "How cnm-cni finds and cleans up the remains of a crash.",
        ["repair.interval"] = "The time between two passes of repair. An event from Docker starts one at once.",
        ["repair.orphanGrace"] = "How long an attachment may be unknown to Docker before cnm-cni removes it.",
        ["repair.retryFirst"] = "The pause before a failed DEL is repeated for the first time. Doubles each time.",
        ["repair.retryLongest"] = "The longest pause between two repetitions.",
        ["warm"] = "Attachments that are made before containers need them.",
        ["warm.size"] = "How many attachments each Docker network keeps that are made before containers need them; -o cni.warm=N " +
            "overrides it.",
        ["warm.reuse"] = "Whether an attachment whose container has ended serves the next one, if it is unchanged; -o cni.warm.reuse " +
            "overrides it.",
        ["warm.rest"] = "How long such an attachment waits before the next container gets it.",
        ["warm.refillPause"] = "How long no container has taken one before new ones are made, while at least half of them are ready.",
        ["warm.keepAtShutdown"] = "Whether warm attachments stay when cnm-cni stops; the next process then uses them.",
        ["pluginOutputLimit"] = "The most that one plugin run may print. A run that prints more has failed.",
        ["log"] = "The log, on standard output or in the file of --log-file.",
        ["log.level"] = "The least important level that is written.",
        ["log.format"] = "text: one line per event, for people and journald. json: one object per line.",
        ["log.priorities"] = "Whether lines on standard output begin with the priority that journald reads. auto: where it is a " +
            "connection to journald.",
        ["history"] = "What cnm-cni events and cnm-cni log show.",
        ["history.size"] = "How much of the history is kept in the state directory, all its files together. 0: nothing; else 1MiB or more.",
        ["metrics"] = "Counters for Prometheus.",
        ["metrics.listen"] = "An address of this host on which GET /metrics is answered, such as 127.0.0.1:9464. Other hosts may reach " +
            "it if it is not of loopback.",
        ["traces"] = "Spans of calls and plugin runs, in the OpenTelemetry protocol.",
        ["traces.endpoint"] = "The OpenTelemetry receiver of spans: http://HOST:PORT, https://HOST:PORT, or a socket, unix:///PATH.",
        ["traces.protocol"] = "How spans are sent. With grpc the URL has no path.",
        ["traces.headersFile"] = "A file with headers of every request, one Name: value on each line, that root alone can read.",
        ["traces.serviceName"] = "The service.name of the spans.",
        ["traces.ratio"] = "The share of the traces that begin here and are sent.",
    };

    /// <summary>How the file is written.</summary>
    public static IReadOnlyList<string> Introduction { get; } =
    [
        "cnm-cni runs without a settings file. The file is YAML, and every key is optional. cnm-cni serve reads it at its start, the " +
        "other commands each time; --config names another file.",
        "A duration is a whole number and a unit: 500ms, 60s, 2m, 1h. A size too: 64KiB, 16MiB. Paths are absolute. An unknown key, a " +
        "key that is set twice and a value out of range are errors; all of them are reported at once.",
    ];

    /// <param name="key">With its section, <c>timeouts.add</c>; or the section.</param>
    /// <returns>Empty for an unknown key.</returns>
    public static string Of(string key) => Meanings.GetValueOrDefault(key, "");
}
