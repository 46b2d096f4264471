namespace Bridge.HostileRequests.Requests;

/// <summary>Texts that have broken programs before.</summary>
internal static class Nasty
{
    public static readonly string[] Texts =
    [
        "", " ", ".", "..", "/", "../../../../etc/passwd", "..\\..\\x", "/etc/cron.d/x", "/proc/self/mem", "/dev/null", "a/b", "a\0b",
        "a\nb", "a\r\nX-Injected: 1", "\t", "\u0000",
        "%s%s%n", "${PATH}", "$(touch /run/touched)", "`touch /run/touched`", "; touch /run/touched", "{0}", "{container.name}", "{", "}",
        "{{", "{}", "{endpoint.id", "{nothing}",
        "'", "\"", "\\", "\\u0000", "<x>", "-", "--", "-1", "0", "1e999", "NaN", "null", "true", "99999999999999999999", "2147483648",
        "-2147483649", "0x7fffffff",
        "é", "ß", "İ", "\u202e", "\u200b", "\ufeff", "\ud83d\ude00", "\ud800", "日本語", new('a', 127), new('a', 128), new('a', 129),
        new('A', 10_240), new('é', 5_000), new('/', 300), new('.', 5_000),
        "a=b", "a;b", "K8S_POD_NAME=x;IP=1.2.3.4", "IFNAME", "net.ipv4.conf.IFNAME.forwarding=1", "net.ipv4.conf.all.forwarding=1",
        "net.ipv4.conf.IFNAME/../all.forwarding=1",
        "net.ipv4.conf.IFNAME.rp_filter=2,net.ipv6.conf.IFNAME.accept_ra=0", "net.ipv4.conf.IFNAME.=1", "eth0", "lo", "eth0:1", "cni0",
        "1mbit", "1gbit", "-1mbit", "1e9", "999999999999gbit", "0",
        "10.88.0.5/16", "10.88.0.5", "0.0.0.0/0", "255.255.255.255/32", "10.88.0.0/99", "fd00::1/64", "::/0", "fe80::1%eth0",
        "::ffff:10.0.0.1", "02:42:ac:11:00:02", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02-42", "zz:zz",
    ];

    /// <summary>Paths of sandboxes that are missing or belong to another process.</summary>
    public static readonly string[] SandboxKeys =
    [
        "", "/", "x", "../x", "/run/docker/netns/none", "/var/run/docker/netns/../../x", "/run/docker/netns/", "/dev/zero", "/dev/full",
        "/etc/passwd", "/proc/self/mem", "/run/docker/plugins/cni.sock",
        "/var/lib/cnm-cni/lock", "/run/cnm-cni/netns", "/proc/1/ns/mnt", "/proc/1/ns/net", "/proc/self/ns/net", "/run/docker/netns/\0",
        "/run/docker/netns/a\nb", "/" + new string('a', 5_000), "//run", "/run/./x",
    ];

    /// <summary>Every option key that cnm-cni knows, some unknown ones, and some that look alike.</summary>
    public static readonly string[] OptionKeys =
    [
        "cni.network", "cni.attach", "cni.args.K8S_POD_NAME", "cni.args.k8s_pod_name", "cni.args.IP", "cni.args.MAC",
        "cni.args.IgnoreUnknown", "cni.args.", "cni.args.a b", "cni.args.x", "cni.unknown", "cni.",
        "cni.bandwidth.ingress", "cni.bandwidth.egress", "cni.bandwidth.ingress.burst", "cni.bandwidth.egress.burst", "cni.bandwidth.",
        "cni.network ", "CNI.NETWORK",
        "com.docker.network.endpoint.ifname", "com.docker.network.endpoint.sysctls", "com.docker.network.endpoint.dnsservers",
        "com.docker.network.endpoint.macaddress", "com.docker.network.endpoint.exposedports",
        "com.docker.network.portmap", "com.docker.network.generic", "com.docker.network.internal", "com.docker.network.enable_ipv6",
        "net.ipv4.conf.IFNAME.rp_filter", "", "\0", "../x",
    ];

    /// <summary>JSON where a text, a number, a list or an object was due.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "[]", "{}", "0", "-1", "1.5", "1e400", "\"\"", "[[]]", "[null]", "{\"a\":null}", "[{\"Proto\":6}]",
        "[{\"Proto\":\"tcp\",\"Port\":80}]", "[{\"Proto\":6,\"Port\":1e9}]", "[{\"Proto\":6,\"Port\":80.5}]",
        "[{\"Proto\":6,\"Port\":80,\"HostPort\":80,\"HostIP\":7}]", "[{\"Proto\":6,\"Port\":80,\"HostPort\":-1}]",
        "[{\"Proto\":6,\"Port\":80,\"HostPort\":1,\"HostPortEnd\":65536}]", "[7]", "[\"x\"]", "\"[]\"",
        "{\"com.docker.network.portmap\":{}}", "{\"a\":1,\"a\":2}", "\"\\ud800\"", "99999999999999999999999999",
    ];

    public static T Any<T>(this Random random, T[] choices) => choices[random.Next(choices.Length)];
}
