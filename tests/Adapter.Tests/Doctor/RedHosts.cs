using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Advice;
using Bridge.Adapter.Control;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using static Bridge.Adapter.Tests.Doctor.SoundHost;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>A host with one fault, and what must be found.</summary>
/// <param name="Check">The id of the check that finds it.</param>
/// <param name="Break">Makes it of the readings of a sound host.</param>
/// <param name="Weight">How much it weighs.</param>
/// <param name="What">A part of the finding's text.</param>
/// <param name="Command">A part of one of its commands.</param>
internal sealed record RedHost(
    string Check, Func<SoundHost, HostReadings, HostReadings> Break, Weight Weight, string What, string Command);

/// <summary>At least one host for each check.</summary>
internal static class RedHosts
{
    private const string Dropping = "DROP";

    public static IReadOnlyList<RedHost> All { get; } =
    [
        .. OfProgram(), .. OfDocker(), .. OfNetworks(), .. RedLinks.All, .. OfPlugins(), .. OfKernel(), .. OfFirewall(),
    ];

    private static IEnumerable<RedHost> OfProgram() =>
    [
        new("settings-file", (_, host) => host with { Settings = new("/etc/cnm-cni/config.yaml", new AdapterSettings(),
            "line 3: no such key") },
            Weight.Error, "line 3: no such key", "cnm-cni settings --config /etc/cnm-cni/config.yaml"),
        new("rights", (_, host) => host with { Rights = Of(new RightsReading(true, ["CAP_NET_ADMIN"])) },
            Weight.Error, "lacks CAP_NET_ADMIN", "CapEff"),
        new("daemon", (_, host) => host with { Daemon = Reading<StatusResponse>.Not("Nothing answers on /run/x") },
            Weight.Error, "Nothing answers on /run/x.", "systemctl start cnm-cni.socket"),
        new("daemon", (_, host) => host with { Daemon = Of(SoundHost.Status with { Version = "0.0.1" }) },
            Weight.Warning, "is version 0.0.1", "systemctl restart cnm-cni"),
        new("daemon-findings", (_, host) => host with { Daemon = Of(SoundHost.Status with { StateProblem = "/x cannot be written" }) },
            Weight.Error, "/x cannot be written", "df -h"),
        new("daemon-findings", (_, host) => host with
            {
                Daemon = Of(SoundHost.Status with
                {
                    Findings = [new("contested-port", "80", "port 80", "nginx has it", FindingState.Reported, "Stop one.")],
                }),
            }, Weight.Warning, "contested-port: port 80: nginx has it.", "cnm-cni repair"),
        new("attachments", (_, host) => host with { Attachments = Of(Lost(ReloadOutcome.WouldBeRestored, null)) },
            Weight.Error, "1 attachment lacks something of what plugins made on the host: web (bridge cni0).", "cnm-cni reload"),
        new("attachments", (_, host) => host with { Attachments = Of(Lost(ReloadOutcome.Failed, "no plugin can put back eth0")) },
            Weight.Error, "web on CNI network pods: no plugin can put back eth0.", "docker restart web"),
        new("attachments", (_, host) => host with { Attachments = Of(new ReloadResponse([], ["Docker's own rules are gone."])) },
            Weight.Note, "Docker's own rules are gone.", "systemctl restart docker"),
        new("units", (_, host) => host with { Units = Of(UnitsReading.Parse(Units.Replace(
                "cnm-cni.service\nLoadState=loaded\nActiveState=active", "cnm-cni.service\nLoadState=loaded\nActiveState=failed",
                StringComparison.Ordinal).Replace("Result=success", "Result=start-limit-hit", StringComparison.Ordinal))) },
            Weight.Error, "cnm-cni.service has failed (start-limit-hit)", "systemctl reset-failed cnm-cni.service"),
        new("units", (_, host) => host with { Units = Of(UnitsReading.Parse("Id=docker.service\nLoadState=loaded\nActiveState=active")) },
            Weight.Warning, "not installed as a service", "systemctl enable --now"),
        new("boot-order", (_, host) => host with { Units = Of(UnitsReading.Parse(Units.Replace(
                "network-online.target cnm-cni.socket", "network-online.target", StringComparison.Ordinal))) },
            Weight.Warning, "docker.service does not start after cnm-cni.socket", "Before=docker.service"),
        new("boot-order", (_, host) => host with { Units = Of(UnitsReading.Parse(Units.Replace(
                "=enabled", "=disabled", StringComparison.Ordinal))) },
            Weight.Warning, "cnm-cni.socket is not enabled (disabled)", "systemctl enable cnm-cni.socket"),
        new("state-directory", (_, host) => host with { State = Of(new StateReading([], [], [], []) { Open = ["/var/lib/cnm-cni"] }) },
            Weight.Warning, "Other users have rights to /var/lib/cnm-cni", "chmod 700 /var/lib/cnm-cni"),
        new("state-directory", (_, host) => host with { State = Of(new StateReading([], [], [], [("/s/x.json", "it is empty")])) },
            Weight.Warning, "The record /s/x.json cannot be read: it is empty.", "rm '/s/x.json'"),
        new("disk-space", (_, host) => host with { Disks = Of(Disk(new FileSystemSpace(1 << 20, 1UL << 30, 1 << 20, 1 << 21, false))) },
            Weight.Error, "is full: 1024 KiB are left", "du -xh"),
        new("disk-space", (_, host) => host with { Disks = Of(Disk(new FileSystemSpace(1UL << 33, 1UL << 35, 500, 1 << 21, false))) },
            Weight.Warning, "has 500 inodes left", "df -i /state"),
        new("disk-space", (_, host) => host with { Disks = Of(Disk(new FileSystemSpace(1UL << 33, 1UL << 35, 1 << 20, 1 << 21, true))) },
            Weight.Error, "is read-only", "remount,rw"),
        new("clock", (_, host) => host with { State = Of(new StateReading([Attachment with { Since = Now.AddHours(3) }], [], [], [])) },
            Weight.Warning, "1 records are from the future", "timedatectl set-ntp true"),
        new("clock", (_, host) => host with { Clock = Of(new ClockReading(Now, IsSynchronized: false)) },
            Weight.Note, "no time service", "timedatectl set-ntp true"),
        new("leftovers", (_, host) => host with
            {
                State = Of(new StateReading(
                    [Attachment with { Phase = AttachmentPhase.Deleting, CleanupAttempts = 3, CleanupError = "portmap failed" }], [],
                        [], [])),
            }, Weight.Warning, "container web had on CNI network pods could not be removed in 3 attempts: portmap failed.",
                "cnm-cni repair"),
        new("leftovers", (_, host) => host with
            {
                Daemon = Reading<StatusResponse>.Not("it is down"),
                Links = Of(host.Links.Value! with { Links = [Link("cni0123456789ab", 1500)] }),
            }, Weight.Warning, "Link cni0123456789ab is named like", "ip link delete cni0123456789ab"),
        new("leftovers", (_, host) => host with
            {
                Daemon = Reading<StatusResponse>.Not("it is down"),
                State = Of(new StateReading([], [], [], []) { Namespaces = ["abc"] }),
            }, Weight.Warning, "1 staging namespaces", "systemctl start cnm-cni"),
    ];

    private static ReloadResponse Lost(ReloadOutcome outcome, string? message) => new(
        [new ReloadResult("5f2b7c3c7a0e", "web", "pods", outcome, [new MissingPartStatus(HostPart.Bridge, "bridge cni0")], message)], []);

    private static IEnumerable<RedHost> OfDocker() =>
    [
        new("docker", (_, host) => host with { Docker = Reading<DockerReading>.Not("there is no socket") },
            Weight.Error, "There is no socket.", "systemctl start docker"),
        new("docker-version", (_, host) => host with { Docker = Of(Engine("29.0.1")) },
            Weight.Error, "Docker 29.0.1 crashes with any remote network driver", "docker-ce"),
        new("docker-version", (_, host) => host with { Docker = Of(Engine("28.5.2+dfsg4")) },
            Weight.Note, "Docker 28.5.2 refuses docker run --ip", "cnm-cni networks create"),
        new("docker-version", (_, host) => host with { Docker = Of(Engine("19.03.15")) }, Weight.Warning, "Docker 19.3.15 is older",
            "docker-ce"),
        new("docker-networks", (_, host) => host with
            {
                Docker = Of(SoundHost.Docker with { Networks = [DockerNetwork("web", "gone", "10.9.0.0/24")] }),
            }, Weight.Error, "Docker network web stands for CNI network gone", "docker network rm web"),
        new("docker-networks", (_, host) => host with
            {
                Docker = Of(SoundHost.Docker with { Networks = [DockerNetwork("web", "pods", "10.9.0.0/24")] }),
            }, Weight.Warning, "Docker network web is outdated", "cnm-cni networks create pods --name web"),
        new("docker-networks", (_, host) => host with { Docker = Of(SoundHost.Docker with { Networks = [] }) },
            Weight.Note, "No Docker network", "cnm-cni networks create pods"),
        new("restart-policy", (_, host) => host with
            {
                Docker = Of(SoundHost.Docker with { Down = [new("stopped", ""), new("db", "plugin \"cni\" not found")] }),
            }, Weight.Warning, "Container db is down although its restart policy requires it: plugin \"cni\" not found.",
                "docker start db"),
        new("live-restore", (_, host) => host with
            {
                Docker = Of(SoundHost.Docker with { Engine = SoundHost.Docker.Engine with { LiveRestore = true } }),
            }, Weight.Note, "live-restore", "docker restart"),
    ];

    private static IEnumerable<RedHost> OfNetworks() =>
    [
        new("cni-directories", (sound, host) => host with { Networks = Of(sound.Networks()) }, Weight.Error,
            "There is no CNI network", "ls -l"),
        new("cni-directories", (sound, host) => host with
            {
                Directories = Of(sound.Directories with { PluginDirectories = ["/nowhere/bin"] }),
            }, Weight.Error, "None of the plugin directories exists: /nowhere/bin", "containernetworking-plugins"),
        new("cni-networks", (sound, host) => host with { Networks = Of(sound.Networks("{ broken")) }, Weight.Warning, "is not used",
            "cnm-cni networks"),
        new("cni-networks", (sound, host) => host with { Networks = Of(sound.Networks(
                Chain.Replace("\"mtu\": 1450", "\"mtu\": \"1450\"", StringComparison.Ordinal))) },
            Weight.Error, "mtu", "cnm-cni networks"),
        new("subnets", (sound, host) => host with
            {
                Networks = Of(sound.Networks(new HostFacts([], [new HostRoute(IPNetwork.Parse("10.88.0.0/16"), "eth0", true)]), Chain)),
            }, Weight.Warning, "overlaps the host's route to 10.88.0.0/16 over eth0", "ip route"),
        new("address-pool", (_, host) => host with { Pools = Of(Pool(free: 0)) }, Weight.Error,
            "has no address left in 10.88.0.0/24", "ls /store"),
        new("address-pool", (_, host) => host with { Pools = Of(Pool(free: 7)) }, Weight.Warning, "has 7 of 253 addresses left",
            "cnm-cni status"),
        new("container-runtime", (sound, host) => host with
            {
                Directories = Of(sound.Directories with { Runtimes = [sound.Runtime(RuntimeState.Silent)] }),
            }, Weight.Warning, "it did not answer within a second", "systemctl restart containerd"),
        new("container-runtime", (sound, host) => host with
            {
                Directories = Of(sound.Directories with { Runtimes = [sound.Runtime(RuntimeState.Disabled)] }),
            }, Weight.Note, "its CRI plugin is disabled", "cnm-cni networks"),
    ];

    private static IEnumerable<RedHost> OfPlugins() =>
    [
        new("plugin-files", (_, host) => host with { Plugins = Of(Plugins(new InstalledPlugin("portmap",
            ["pods"]) { WhyMissing = "plugin \"portmap\" was not found" })) },
            Weight.Error, "Plugin \"portmap\" was not found.", "apt-get install containernetworking-plugins"),
        new("plugin-files", (_, host) => host with { Plugins = Of(Plugins(new InstalledPlugin("own", ["pods"])
                { WhyMissing = "plugin \"own\" is not executable; run chmod +x /opt/cni/bin/own" })) },
            Weight.Error, "is not executable", "chmod +x /opt/cni/bin/own"),
        new("plugin-files", (_, host) => host with
            {
                Plugins = Of(Plugins(Plugin("bridge") with { WhyUnsafe = "every user may write to /x" })),
            },
            Weight.Warning, "Plugin bridge: every user may write to /x.", "chmod go-w /opt/cni/bin/bridge"),
        new("plugin-versions", (_, host) => host with { Plugins = Of(Plugins(Plugin("bridge") with { Supported = ["0.3.1"] })) },
            Weight.Error, "does not speak version 1.0.0 of CNI network pods, but 0.3.1", "cnm-cni cni validate"),
        new("plugin-versions", (_, host) => host with
            {
                Plugins = Of(Plugins(Plugin("bridge") with { Supported = [], WhySilent = "it crashed" })),
            },
            Weight.Error, "does not answer VERSION: it crashed.", "CNI_COMMAND=VERSION /opt/cni/bin/bridge"),
        new("plugin-faults", (_, host) => host with { Plugins = Of(Plugins(Plugin("portmap") with { Release = new(1, 1, 1) })) },
            Weight.Note, "Plugin portmap 1.1.1 fails CHECK", "containernetworking-plugins"),
        new("plugin-faults", (sound, host) => host with
            {
                Plugins = Of(Plugins(Plugin("portmap") with { Release = new(1, 7, 1) })),
                Networks = Of(sound.Networks(Chain.Replace("\"portmap\",",
                    "\"portmap\", \"backend\": \"nftables\",", StringComparison.Ordinal))),
            }, Weight.Warning, "CVE-2025-67499", "containernetworking-plugins"),
    ];

    private static IEnumerable<RedHost> OfKernel() =>
    [
        new("kernel-features", (_, host) => host with
            {
                Kernel = Of(new KernelReading(new HashSet<string>(["bridge"]), null, new HashSet<string>(["NF_NAT", "NF_CONNTRACK"]))),
            }, Weight.Error, "The kernel has no veth, which plugin bridge needs", "modprobe veth"),
        new("ip-forward", (_, host) => host with { Sysctls = Of(Sysctls((SysctlsReading.Forwarding, "0"))) },
            Weight.Error, "does not forward IPv4", "net.ipv4.ip_forward = 1"),
        new("ip-forward", (sound, host) => host with
            {
                Sysctls = Of(Sysctls((SysctlsReading.Forwarding, "0"))),
                Networks = Of(sound.Networks(Conflist("""{ "type": "calico", "ipam": { "type": "calico-ipam" } }"""))),
            }, Weight.Warning, "does not forward IPv4", "net.ipv4.ip_forward = 1"),
        new("ipv6-forward", (sound, host) => host with
            {
                Networks = Of(sound.Networks(Chain.Replace("10.88.0.0/24", "fd00:88::/64", StringComparison.Ordinal))),
            }, Weight.Warning, "CNI network pods has an IPv6 subnet", "net.ipv6.conf.all.forwarding = 1"),
        new("bridge-netfilter", (_, host) => host with { Sysctls = Of(Sysctls((SysctlsReading.BridgeCallsIptables, "0"))) },
            Weight.Warning, "bridge-nf-call-iptables is 0", "net.bridge.bridge-nf-call-iptables = 1"),
        new("bridge-netfilter", (_, host) => host with
            {
                Sysctls = Of(new SysctlsReading(Sysctls().Values
                    .Where(value => !value.Key.StartsWith("net.bridge", StringComparison.Ordinal)).ToDictionary())),
            }, Weight.Warning, "br_netfilter is not loaded", "modprobe br_netfilter"),
        new("reverse-path-filter", (_, host) => host with
            {
                Links = Of(host.Links.Value! with { Uplinks = [(AddressFamily.InterNetwork, "eth0"), (AddressFamily.InterNetwork,
                    "eth1")] }),
            }, Weight.Warning, "of eth0 is strict, and the host has several uplinks", "net.ipv4.conf.eth0.rp_filter = 2"),
        new("connection-tracking", (_, host) => host with { Sysctls = Of(Sysctls((SysctlsReading.Connections, "250000"))) },
            Weight.Warning, "250000 connections of at most 262144", "net.netfilter.nf_conntrack_max = 524288"),
        new("access-denials", (_, host) => host with { Denials = Of(DenialsReading.Parse(
                "audit: type=1400 apparmor=\"DENIED\" operation=\"open\" profile=\"cnm-cni\" name=\"/x\" pid=7 " +
                "comm=\"cnm-cni\" requested_mask=\"r\"", [], Now)) },
            Weight.Warning, "AppArmor has denied cnm-cni: open.", "aa-status"),
    ];

    private static IEnumerable<RedHost> OfFirewall() =>
    [
        new("forward-iptables", (_, host) => host with { Firewall = Of(Firewall("", Dropping)) },
            Weight.Warning, "Chain FORWARD of iptables drops packets of CNI network pods from other hosts to its published ports",
            "iptables -I DOCKER-USER -o cni0 -m conntrack --ctstate DNAT"),
        new("forward-iptables", (sound, host) => host with
            {
                Firewall = Of(Firewall("", Dropping)),
                Networks = Of(sound.Networks(Chain.Replace(", { \"type\": \"firewall\" }", "", StringComparison.Ordinal)
                    .Replace("{ \"type\": \"firewall\" }", "{ \"type\": \"tuning\" }", StringComparison.Ordinal))),
            }, Weight.Error, "from its containers to other hosts, between its containers, from other hosts",
            "iptables -I DOCKER-USER -i cni0 -j ACCEPT"),
        new("forward-legacy", (_, host) => host with { Firewall = Of(Firewall("", "ACCEPT", ("iptables-legacy",
            ":FORWARD DROP [0:0]\n"))) },
            Weight.Error, "Chain FORWARD of legacy iptables drops", "iptables-legacy -I FORWARD -i cni0 -j ACCEPT"),
        new("forward-nftables", (_, host) => host with { Firewall = Of(Firewall("", "ACCEPT", ("nft", Nft("mine", "forward", "drop")))) },
            Weight.Error, "Chain forward of nftables' table inet mine drops", "nft insert rule inet mine forward iifname \"cni0\" accept"),
        new("forward-nftables", (_, host) => host with { Firewall = Of(Firewall("", "ACCEPT", ("nft", Nft("mine", "forward", "accept", """
                , { "rule": { "family": "inet", "table": "mine", "chain": "forward", "handle": 9, "expr": [
                    { "match": { "op": "!=", "left": { "meta": { "key": "mark" } }, "right": 5 } }, { "drop": null } ] } }
                """)))) },
            Weight.Note, "the rule \"handle 9\" of chain forward drops some, by conditions that doctor does not understand",
            "nft --handle list table inet mine"),
        new("firewalld-zone", (sound, host) => host with
            {
                Firewall = Of(Firewall("", "ACCEPT", ("nft", Nft("firewalld", "filter_FORWARD", "drop")))),
                Networks = Of(sound.Networks(Chain.Replace("{ \"type\": \"firewall\" }", "{ \"type\": \"tuning\" }",
                    StringComparison.Ordinal))),
            }, Weight.Error, "table inet firewalld drops", "firewall-cmd --permanent --zone=trusted --add-interface=cni0"),
        new("firewall-leftovers", (_, host) => host with
            {
                Firewall = Of(Firewall("", "ACCEPT", ("all-legacy", ":FORWARD DROP [0:0]\n-A FORWARD -s 10.0.0.0/8 -j DROP\n"))),
            }, Weight.Warning, "(legacy) still has 2 rules and policies", "iptables-legacy-save"),
        new("firewall-programs", (_, host) => host with { Firewall = Of(FirewallReading.Parse(new Dictionary<string, string>())) },
            Weight.Error, "Plugin portmap runs iptables, which is not installed", "apt-get install iptables"),
    ];

    /// <summary>A ruleset of nftables with one chain that hooks into forwarding.</summary>
    public static string Nft(string table, string chain, string policy, string rules = "") => $$"""
        { "nftables": [ { "metainfo": {} }, { "table": { "family": "inet", "name": "{{table}}", "handle": 1 } },
          { "chain": { "family": "inet", "table": "{{table}}", "name": "{{chain}}", "handle": 2, "type": "filter", "hook": "forward",
              "prio": 10,
            "policy": "{{policy}}" } } {{rules}} ] }
        """;

    private static DisksReading Disk(FileSystemSpace space) => new([new DiskReading("/state", space)]);

    private static DockerReading Engine(string version) =>
        SoundHost.Docker with { Engine = new EngineState(new DockerVersion(version, "1.40"), false, null) };

    private static PluginsReading Plugins(InstalledPlugin plugin) => new([plugin]);

    private static PoolsReading Pool(int free) =>
        new([("pods", new FreeSubnet(IPNetwork.Parse("10.88.0.0/24"), free, 253), "/store")]);
}
