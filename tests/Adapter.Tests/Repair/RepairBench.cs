using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Control;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Docker;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>
/// A daemon on a state of its own with a scripted Docker, the real host-local plugin with a store of its own, and plugins that are scripts.
/// Its background looks at kernel and stores once, at the start.
/// </summary>
internal sealed class RepairBench : IAsyncDisposable
{
    public const string Plugin = "/usr/lib/cni/host-local";
    public const string EndpointId = "e1000000000000000000000000000000000000000000000000000000000000aa";
    public const string ReservationId = "f2000000000000000000000000000000";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("repair-");

    private RepairBench(ScriptedDocker docker, TimeSpan grace)
    {
        Docker = docker;
        Settings = new AdapterSettings
        {
            Socket = PathOf("cni.sock"),
            StateDirectory = PathOf("state"),
            RunDirectory = PathOf("run"),
            ConfigurationDirectory = PathOf("net.d"),
            DockerSocket = docker.Socket,
            CriSocket = PathOf("no-containerd.sock"),
            PluginDirectories = [PathOf("bin"), Path.GetDirectoryName(Plugin)!],
            Repair = new RepairSettings { Interval = TimeSpan.FromHours(1), OrphanGrace = grace, RetryFirst = TimeSpan.FromHours(1),
                RetryLongest = TimeSpan.FromHours(1) },
            Release = new ReleaseSettings { Deferred = false }, // So that a call's outcome shows when it is answered.
            Log = new LogSettings { Level = Microsoft.Extensions.Logging.LogLevel.Critical },
        };
        Journal = new Journal(Settings.StateDirectory, Settings.PresentRecords);
        Journal.Load();
        Directory.CreateDirectory(Store);
        Directory.CreateDirectory(PathOf("bin"));
        Directory.CreateDirectory(PathOf("net.d"));
    }

    public ScriptedDocker Docker { get; }

    /// <summary>Before the daemon starts. Afterwards it is the daemon's.</summary>
    public Journal Journal { get; }

    public AdapterSettings Settings { get; }

    public ServingDaemon Daemon { get; private set; } = null!; // Set by StartAsync.

    public string Store => PathOf("store/pods");

    /// <summary>The CNI network of all records.</summary>
    public string Conflist => $$"""
        { "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "main", "ipam": { "type": "host-local", "dataDir": "{{PathOf(
            "store")}}",
          "ranges": [[{ "subnet": "10.66.0.0/24" }], [{ "subnet": "fd00:66::/64" }]] } } ] }
        """;

    public static async Task<RepairBench> PrepareAsync(TimeSpan grace)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        Assert.SkipUnless(File.Exists(Plugin), $"The host-local plugin is not in {Plugin}: apt-get install containernetworking-plugins.");
        var bench = new RepairBench(await ScriptedDocker.StartAsync(), grace);
        bench.WritePlugin("exit 0");
        await File.WriteAllTextAsync(Path.Combine(bench.Settings.ConfigurationDirectory!, "10-pods.conflist"), bench.Conflist);
        return bench;
    }

    /// <summary>Starts the daemon, and waits until it has looked at everything once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Daemon = await ServingDaemon.StartAsync(_ => Settings);
        await Eventually.TrueAsync(
            async _ =>
                (await Daemon.GetAsync("metrics")).Contains("cnm_cni_repair_passes_total{kind=\"thorough\"} 1", StringComparison.Ordinal),
            "the first thorough repair pass is done",
            cancellationToken);
    }

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>The chain's only plugin, beside its IPAM plugin.</summary>
    public void WritePlugin(string script)
    {
        File.WriteAllText(PathOf("bin/main"), $"#!/bin/sh\ncat > /dev/null\n{script}\n");
        File.SetUnixFileMode(PathOf("bin/main"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>A container that is attached, with addresses that the chain gave it.</summary>
    public AttachmentRecord AddAttachment(params string[] cidrs)
    {
        var record = Attachment(cidrs);
        Journal.Attachments.Bring(record);
        MountNamespace(record.ContainerId);
        return record;
    }

    public AttachmentRecord Attachment(params string[] cidrs) => new(EndpointId, NetworkId, "pods")
    {
        Phase = AttachmentPhase.Joined,
        Attach = AttachMode.Sandbox, // The daemon does not look for its link.
        BootId = BootId.Current(),
        Since = TimeProvider.System.GetUtcNow(),
        InterfaceName = "eth0",
        HostInterfaceName = "cnie10000000000",
        SandboxKey = PathOf("no-sandbox"),
        ContainerName = "web",
        Configuration = Element(Conflist),
        Result = Element(Result(cidrs)),
    };

    /// <summary>The network as a plugin has it that runs the IPAM plugin without being told to in an <c>ipam</c> section.</summary>
    public JsonElement DelegatingConfiguration => Element($$"""
        { "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "main", "delegate": { "ipam": { "dataDir": "{{PathOf(
            "store")}}" } } } ] }
        """);

    /// <summary>An address that is reserved ahead.</summary>
    public ReservationRecord AddReservation(params string[] cidrs)
    {
        var record = new ReservationRecord(ReservationId, "pods")
        {
            Phase = ReservationPhase.Reserved,
            BootId = BootId.Current(),
            Since = TimeProvider.System.GetUtcNow(),
            Configuration = Element(Conflist),
            Arguments = [new CniArgument("IP", "10.66.0.99")],
            Capabilities = Element("{}"),
            Result = Element(Result(cidrs)),
            Addresses = [.. cidrs.Select(cidr => new ReservedAddress(cidr, IsClaimed: true))],
        };
        Journal.Reservations.Bring(record);
        MountNamespace(record.ContainerId);
        return record;
    }

    public void WriteOwner(string address, string containerId) => File.WriteAllText(Path.Combine(Store, address), $"{containerId}\r\neth0");

    public string OwnerOf(string address) =>
        Path.Combine(Store, address) is var file && File.Exists(file) ? File.ReadAllText(file) : "nobody";

    public void MountNamespace(string id)
    {
        Directory.CreateDirectory(Path.Combine(Settings.RunDirectory, "netns"));
        using var made = NetworkNamespace.Create();
        made.MountAt(Path.Combine(Settings.RunDirectory, "netns", id));
    }

    public async Task<RepairResponse> RepairAsync(bool dryRun)
    {
        var (_, body) = await Daemon.PostAsync("Bridge.Repair", $$"""{"dryRun":{{(dryRun ? "true" : "false")}}}""");
        return JsonSerializer.Deserialize(body, ControlJson.Default.RepairResponse)!;
    }

    public async Task<StatusResponse> StatusAsync() =>
        JsonSerializer.Deserialize((await Daemon.PostAsync("Bridge.Status", "")).Body, ControlJson.Default.StatusResponse)!;

    /// <summary>
    /// Every file of the state, the run directory and the store, with its content; but for the lock, which its holder lets nobody read, and
    /// the socket.
    /// </summary>
    public IReadOnlyList<string> Everything() =>
    [
        .. new[] { Settings.StateDirectory, Settings.RunDirectory, PathOf("store") }
            .SelectMany(path => Directory.GetFiles(path, "*", SearchOption.AllDirectories)).Where(
                file => Path.GetFileName(file) is not ("lock" or "cni.sock")).Order(StringComparer.Ordinal)
            .Select(file =>
                $"{file} {File.GetLastWriteTimeUtc(file)
                    .Ticks} {(NetworkNamespace.IsNamespace(file) ? "a namespace" : File.ReadAllText(file))}"),
    ];

    public async ValueTask DisposeAsync()
    {
        if (Daemon is not null)
            await Daemon.DisposeAsync();

        await Docker.DisposeAsync();
        foreach (var mounted in Directory.Exists(PathOf("run/netns")) ? Directory.GetFiles(PathOf("run/netns")) : [])
            NetworkNamespace.Unmount(mounted);

        _directory.Delete(recursive: true);
    }

    /// <summary>That of the scripted Docker's first network.</summary>
    public static string NetworkId { get; } = "01".PadRight(64, '0');

    private static string Result(IEnumerable<string> cidrs) => new JsonObject
    {
        ["cniVersion"] = "1.0.0",
        ["ips"] = new JsonArray([.. cidrs.Select(cidr => (JsonNode)new JsonObject { ["address"] = cidr })]),
    }.ToJsonString();

    private static JsonElement Element(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
