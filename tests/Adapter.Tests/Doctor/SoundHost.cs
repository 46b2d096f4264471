using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Advice;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using CniInvoker;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>The readings of a host on which nothing is wrong: Docker 28, containerd, systemd, one network of the stock chain.</summary>
internal sealed class SoundHost : IDisposable
{
    public const string Bridge = "cni0";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("doctor-");

    public static DateTimeOffset Now { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public string Root => _directory.FullName;

    public string ConfigurationFile => Path.Combine(Root, "10-pods.conflist");

    public static string Chain { get; } = Conflist("""
        { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "mtu": 1450,
          "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.88.0.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
        { "type": "portmap", "capabilities": { "portMappings": true } },
        { "type": "firewall" }
        """);

    public void Dispose() => _directory.Delete(recursive: true);

    public static string Conflist(string plugins, string name = "pods") =>
        $$"""{ "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ {{plugins}} ] }""";

    public HostReadings Readings() => new(SettingsReading.Of(new AdapterSettings()))
    {
        Rights = Of(new RightsReading(IsRoot: true, [])),
        Daemon = Of(Status),
        Attachments = Of(new ReloadResponse([], [])),
        State = Of(new StateReading([], [], [], [])),
        Disks = Of(new DisksReading([new DiskReading("/var/lib/cnm-cni",
            new FileSystemSpace(1UL << 33, 1UL << 35, 1 << 20, 1 << 21, false))])),
        Clock = Of(new ClockReading(Now, IsSynchronized: true)),
        Docker = Of(Docker),
        Units = Of(UnitsReading.Parse(Units)),
        Directories = Of(Directories),
        Networks = Of(Networks(Chain)),
        Plugins = Of(new PluginsReading([.. new[] { "bridge", "host-local", "portmap", "firewall" }.Select(Plugin)])),
        Pools = Of(new PoolsReading([("pods", new FreeSubnet(IPNetwork.Parse("10.88.0.0/24"), 250, 253), "/var/lib/cni/networks/pods")])),
        Packages = Of(new PackagesReading("apt-get")),
        Kernel = Of(new KernelReading(new HashSet<string>(["bridge", "veth"]), new HashSet<string>(["nf_nat", "nf_conntrack"]), null)),
        Sysctls = Of(Sysctls()),
        Links = Of(new LinksReading(
            [Link("eth0", 1500), Link(Bridge, 1450)], [(AddressFamily.InterNetwork, "eth0"), (AddressFamily.InterNetworkV6, "eth0")])),
        Firewall = Of(Firewall("")),
        Denials = Of(new DenialsReading([])),
    };

    public static Reading<T> Of<T>(T value) where T : class => Reading<T>.Of(value);

    public static StatusResponse Status { get; } =
        new(ProgramVersion.Number, EngineReachable: true, PodRuntimeState.Answers, [], [], [], [], [], []);

    public static DockerReading Docker { get; } = new(
        new EngineState(new DockerVersion("29.4.0", "1.52"), LiveRestore: false, "iptables"),
        [DockerNetwork("pods", "pods", "10.88.0.0/24")], [IPNetwork.Parse("172.17.0.0/16")], [])
    {
        Driver = "cni",
    };

    public const string Units = """
        Id=cnm-cni.socket
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled
        Result=success
        After=sysinit.target

        Id=cnm-cni.service
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled
        Result=success
        After=cnm-cni.socket

        Id=docker.service
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled
        Result=success
        After=network-online.target cnm-cni.socket cnm-cni.service
        """;

    public FoundDirectories Directories => new([Root], [Root], "/run/containerd/containerd.sock", "containerd uses it",
        [Runtime(RuntimeState.Answers)]);

    public LocatedRuntime Runtime(RuntimeState state) =>
        new("containerd", "/run/containerd/containerd.sock", state, Root, [Root], LocatedRuntime.Asked);

    /// <summary>Writes the files of networks, and reads them as the command does.</summary>
    public NetworksReading Networks(params string[] contents) => Networks(HostFacts.Unknown, contents);

    public NetworksReading Networks(HostFacts host, params string[] contents)
    {
        foreach (var file in _directory.GetFiles("*.conflist"))
            file.Delete();

        for (var index = 0; index < contents.Length; index++)
            File.WriteAllText(Path.Combine(Root, $"{index + 1}0-pods.conflist"), contents[index]);

        return NetworksReading.Judge(new ConfigurationDirectory(Root).Load(), new PluginPath([Root]), host);
    }

    public static InstalledPlugin Plugin(string type) => new(type, ["pods"])
    {
        File = $"/opt/cni/bin/{type}",
        IsStock = true,
        Release = new Version(1, 9, 2),
        Supported = ["0.4.0", "1.0.0", "1.1.0"],
    };

    public static SysctlsReading Sysctls(params (string Name, string Value)[] changed)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [SysctlsReading.Forwarding] = "1",
            [SysctlsReading.ForwardingOfIPv6] = "0",
            [SysctlsReading.BridgeCallsIptables] = "1",
            [SysctlsReading.BridgeCallsIp6tables] = "1",
            [SysctlsReading.Connections] = "400",
            [SysctlsReading.MostConnections] = "262144",
            [SysctlsReading.ReversePathFilterOf("all")] = "0",
            [SysctlsReading.ReversePathFilterOf("eth0")] = "1",
            [SysctlsReading.ReversePathFilterOf("eth1")] = "0",
        };
        foreach (var (name, value) in changed)
            values[name] = value;

        return new SysctlsReading(values);
    }

    public static LinkInfo Link(string name, int mtu) => new(2, name, "02:00:00:00:00:01", mtu, "", null, IsUp: true);

    /// <summary>iptables on nftables with a FORWARD chain of Docker's, and what a test adds.</summary>
    /// <param name="rules">Lines of iptables-save after the chains.</param>
    /// <param name="policy">Of FORWARD.</param>
    /// <param name="others">Further parts of the listing.</param>
    public static FirewallReading Firewall(string rules, string policy = "ACCEPT", params (string Part, string Text)[] others)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["iptables-nft"] = $"""
                *filter
                :INPUT ACCEPT [0:0]
                :FORWARD {policy} [0:0]
                :DOCKER-USER - [0:0]
                :DOCKER - [0:0]
                -A FORWARD -j DOCKER-USER
                {rules}
                -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A FORWARD -o docker0 -j DOCKER
                -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
                COMMIT
                """,
            ["version"] = "iptables v1.8.9 (nf_tables)",
            ["nft"] = """{ "nftables": [ { "metainfo": { "json_schema_version": 1 } } ] }""",
        };
        foreach (var (part, text) in others)
            parts[part] = text;

        return FirewallReading.Parse(parts);
    }

    public static AttachmentRecord Attachment { get; } = new(new string('e', 64), new string('a', 64), "pods")
    {
        Phase = AttachmentPhase.Joined,
        InterfaceName = "eth0",
        HostInterfaceName = "cnieeeeeeeeeeee",
        BootId = "boot",
        Since = Now,
        Configuration = RecordedJson.Of(Encoding.UTF8.GetBytes(Chain)),
        ContainerName = "web",
    };

    public static DockerNetwork DockerNetwork(string name, string cniNetwork, string subnet) => new(
        new string('a', 64), name, "cni", new Dictionary<string, string> { ["cni.network"] = cniNetwork }, "cni",
        new Dictionary<string, string>(), new Dictionary<string, string>())
    {
        Pools = [(subnet, null)],
    };
}
