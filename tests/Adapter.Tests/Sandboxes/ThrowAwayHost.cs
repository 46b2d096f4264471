using System.Text.RegularExpressions;
using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>
/// A "host" and a container's sandbox that exist for one test, so that no link ever passes through the machine's own namespace.
/// </summary>
internal sealed partial class ThrowAwayHost : IDisposable
{
    public const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    public const string HostIfname = "cni0123456789ab";
    public const string Mac = "02:42:0a:58:00:05";

    private readonly string _directory;

    public ThrowAwayHost()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network namespaces needs root");
        Assert.SkipUnless(Tool.Exists("ip") && Tool.Exists("nsenter"), "asking the kernel needs ip (iproute2) and nsenter (util-linux)");
        _directory = Directory.CreateTempSubdirectory("cnm-cni-sandboxes-").FullName;
        Namespace = Make(HostPath);
        using var sandbox = Make(SandboxPath);
        Staging = new StagingSandboxes(Path.Combine(_directory, "netns"), Namespace);
    }

    public NetworkNamespace Namespace { get; }

    public StagingSandboxes Staging { get; }

    public string HostPath => PathOf("host");

    public string SandboxPath => PathOf("sandbox");

    public string StagingPath => Staging.PathOf(Id);

    public string PathOf(string name) => Path.Combine(_directory, name);

    public void Dispose()
    {
        Namespace.Dispose();
        Staging.Remove(Id);
        NetworkNamespace.Unmount(SandboxPath);
        NetworkNamespace.Unmount(HostPath);
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>What a main plugin does: a veth from the host into the staging namespace, with an address and a default route.</summary>
    public void RunPlugin(string ifname = "eth0")
    {
        Staging.Create(Id);
        Tool.Ip(HostPath, $"link add veth-peer type veth peer name {ifname} address {Mac} mtu 1400 netns {StagingPath}");
        Tool.Ip(HostPath, "link set veth-peer up mtu 1400");
        Tool.Ip(HostPath, "addr add 10.88.0.1/16 dev veth-peer");
        Tool.Ip(StagingPath, $"addr add 10.88.0.5/16 brd 10.88.255.255 dev {ifname}");
        Tool.Ip(StagingPath, $"link set {ifname} up");
        Tool.Ip(StagingPath, "route add default via 10.88.0.1");
    }

    /// <summary>What richer plugins leave: all that Docker cannot carry.</summary>
    public void AddExtras()
    {
        Tool.Ip(StagingPath, "addr add 10.99.0.5/24 dev eth0 label eth0:more");
        Tool.Ip(StagingPath, "addr add fd00:88::5/64 dev eth0 nodad");
        Tool.Ip(StagingPath, "route add default via 10.88.0.1 dev eth0 table 100");
        Tool.Ip(StagingPath, "route add 10.50.0.0/16 via 10.88.0.1 metric 50 mtu 1300 src 10.99.0.5");
        Tool.Ip(StagingPath, "route add 10.60.0.0/16 via 10.88.0.1");
        Tool.Ip(StagingPath, "route add blackhole 10.70.0.0/16 table 100");
        Tool.Ip(StagingPath, "-6 route add fd00:99::/64 via fd00:88::1 dev eth0");
        Tool.Ip(StagingPath, "rule add from 10.88.0.5 lookup 100 priority 1000");
        Tool.Ip(StagingPath, "rule add iif eth0 fwmark 0x7/0xff lookup 100 priority 1001");
        Tool.Ip(StagingPath, "neigh add 10.88.0.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent");
    }

    /// <summary>What Docker does with the link that it was offered, and the routes it was told.</summary>
    public void LetDockerTakeIt(string ifname = "eth0", string address = "10.88.0.5/16 brd 10.88.255.255", params string[] routes)
    {
        Tool.Ip(HostPath, $"link set {HostIfname} netns {SandboxPath}");
        Tool.Ip(SandboxPath, $"link set {HostIfname} down");
        Tool.Ip(SandboxPath, $"link set {HostIfname} name {ifname}");
        Tool.Ip(SandboxPath, $"addr add {address} dev {ifname}");
        Tool.Ip(SandboxPath, $"link set {ifname} up");
        foreach (var route in routes)
            Tool.Ip(SandboxPath, $"route add {route} dev {ifname}");

        Tool.Ip(SandboxPath, "route add default via 10.88.0.1");
    }

    /// <summary>What Docker does with the link of a container that goes.</summary>
    public void LetDockerPutItBack(string ifname = "eth0")
    {
        Tool.Ip(SandboxPath, $"link set {ifname} down");
        Tool.Ip(SandboxPath, $"link set {ifname} name {HostIfname}");
        Tool.Ip(SandboxPath, $"link set {HostIfname} netns {HostPath}");
    }

    /// <summary>
    /// All that iproute2 tells about a namespace, apart from indexes and from what the kernel does by itself and in its own time: carrier,
    /// link-local addresses, the local table.
    /// </summary>
    public static string Census(string netns) => string.Join(
        '\n',
        Tool.Ip(netns, "-o link show").Split('\n')
            .Concat(Tool.Ip(netns, "addr show").Split('\n'))
            .Concat(Tool.Ip(netns, "route show table all").Split('\n').Order(StringComparer.Ordinal))
            .Concat(Tool.Ip(netns, "rule show").Split('\n'))
            .Concat(Tool.Ip(netns, "-6 rule show").Split('\n'))
            .Concat(Tool.Ip(netns, "neigh show nud permanent").Split('\n'))
            .Select(line => Passing().Replace(line, "").Trim())
            .Where(line => line.Length > 0 && !OfTheKernel().IsMatch(line)));

    [GeneratedRegex(@"^\d+: |NO-CARRIER,|,LOWER_UP| state [A-Z]+| linkdown")]
    private static partial Regex Passing();

    [GeneratedRegex("^valid_lft|fe80:|ff00:| table local ")]
    private static partial Regex OfTheKernel();

    private static NetworkNamespace Make(string path)
    {
        var made = NetworkNamespace.Create();
        made.MountAt(path);
        return made;
    }
}
