using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>A C compiler compares the constants and structures of netlink, sockets and mounts with the system's headers.</summary>
public sealed class NativeLayoutTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <stddef.h>
        #include <sys/mount.h>
        #include <sys/socket.h>
        #include <sys/statvfs.h>
        #include <sys/timex.h>
        #include <sys/time.h>
        #include <netinet/in.h>
        #include <net/if.h>
        #include <linux/ethtool.h>
        #include <linux/fib_rules.h>
        #include <linux/if_bridge.h>
        #include <linux/sockios.h>
        #include <linux/if_packet.h>
        #include <linux/if_addr.h>
        #include <linux/if_link.h>
        #include <linux/neighbour.h>
        #include <linux/net_namespace.h>
        #include <linux/netlink.h>
        #include <linux/pkt_sched.h>
        #include <linux/rtnetlink.h>
        #include <linux/xfrm.h>
        #include <linux/netfilter.h>
        #include <linux/netfilter/nfnetlink.h>
        #include <linux/netfilter/nf_tables.h>
        #include <linux/netfilter/nfnetlink_conntrack.h>
        #include <linux/netfilter_ipv4/ip_tables.h>

        """;

    private static readonly (Type Managed, string Native)[] Structures =
    [
        (typeof(SockAddrNl), "struct sockaddr_nl"),
        (typeof(SockAddrLl), "struct sockaddr_ll"),
        (typeof(NlMsgHdr), "struct nlmsghdr"),
        (typeof(NlAttr), "struct nlattr"),
        (typeof(RtGenMsg), "struct rtgenmsg"),
        (typeof(IfInfoMsg), "struct ifinfomsg"),
        (typeof(IfAddrMsg), "struct ifaddrmsg"),
        (typeof(RtMsg), "struct rtmsg"),
        (typeof(RtNextHop), "struct rtnexthop"),
        (typeof(NdMsg), "struct ndmsg"),
        (typeof(FibRuleHdr), "struct fib_rule_hdr"),
        (typeof(IfStatsMsg), "struct if_stats_msg"),
        (typeof(NfGenMsg), "struct nfgenmsg"),
        (typeof(TcMsg), "struct tcmsg"),
        (typeof(BrVlanMsg), "struct br_vlan_msg"),
        (typeof(TimeVal), "struct timeval"),
        (typeof(IptGetInfo), "struct ipt_getinfo"),
        (typeof(IptGetEntries), "struct ipt_get_entries"),
        (typeof(StatVfs), "struct statvfs"),
    ];

    private static readonly (Enum Managed, string Native)[] Choices =
    [
        (RouteScope.Universe, "RT_SCOPE_UNIVERSE"), (RouteScope.Site, "RT_SCOPE_SITE"), (RouteScope.Link, "RT_SCOPE_LINK"),
        (RouteScope.Host, "RT_SCOPE_HOST"), (RouteScope.Nowhere, "RT_SCOPE_NOWHERE"),
        (RouteType.Unspecified, "RTN_UNSPEC"), (RouteType.Unicast, "RTN_UNICAST"), (RouteType.Local, "RTN_LOCAL"),
        (RouteType.Broadcast, "RTN_BROADCAST"), (RouteType.Anycast, "RTN_ANYCAST"), (RouteType.Multicast, "RTN_MULTICAST"),
        (RouteType.Blackhole, "RTN_BLACKHOLE"), (RouteType.Unreachable, "RTN_UNREACHABLE"), (RouteType.Prohibit, "RTN_PROHIBIT"),
        (RouteType.Throw, "RTN_THROW"),
        (AddressFlags.NoDad, "IFA_F_NODAD"), (AddressFlags.HomeAddress, "IFA_F_HOMEADDRESS"),
        (AddressFlags.ManageTemporary, "IFA_F_MANAGETEMPADDR"),
        (AddressFlags.Deprecated, "IFA_F_DEPRECATED"), (AddressFlags.NoPrefixRoute, "IFA_F_NOPREFIXROUTE"),
        (AddressFlags.MulticastAutoJoin, "IFA_F_MCAUTOJOIN"),
    ];

    [Fact]
    public void Constants_are_those_of_the_headers()
    {
        var program = new StringBuilder(Headers);
        foreach (var constant in new[] { typeof(Rtnetlink), typeof(Nfnetlink), typeof(Xfrm), typeof(Ethtool), typeof(NamespaceCalls),
            typeof(SocketCalls), typeof(Iptables), typeof(SystemCalls) }.SelectMany(Constants))
            program.AppendLine(CultureInfo.InvariantCulture,
                $"_Static_assert({Cast(constant.FieldType)}({constant.Name}) == {constant.GetRawConstantValue()}, \"{constant.Name}\");");

        foreach (var (managed, native) in Choices)
            program.AppendLine(CultureInfo.InvariantCulture,
                $"_Static_assert({native} == {Convert.ToInt32(managed, CultureInfo.InvariantCulture)}, \"{native}\");");

        Compile(program.ToString()).Should().BeEmpty();
    }

    [Fact]
    public void Structures_have_the_sizes_and_offsets_of_the_headers()
    {
        var program = new StringBuilder(Headers);
        foreach (var (managed, native) in Structures)
        {
            program.AppendLine(
                CultureInfo.InvariantCulture, $"_Static_assert(sizeof({native}) == {Marshal.SizeOf(managed)}, \"sizeof {native}\");");
            foreach (var field in managed.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            {
                program.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"_Static_assert(offsetof({native}, {field.Name}) == {Marshal.OffsetOf(
                        managed, field.Name)} && sizeof((({native} *)0)->{field.Name}) == {Marshal.SizeOf(
                            field.FieldType)}, \"{native}.{field.Name}\");");
            }
        }

        Compile(program.ToString()).Should().BeEmpty();
    }

    [Fact]
    public void The_comparison_notices_a_wrong_number() =>
        Compile(Headers + "_Static_assert(RTM_NEWLINK == 17, \"RTM_NEWLINK\");").Should().Contain("RTM_NEWLINK");

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(field => field.IsLiteral);

    // Some masks are the complement of others, which in C makes them negative.
    private static string Cast(Type type) => type == typeof(ushort) ? "(unsigned short)" : "";

    private static string Compile(string program)
    {
        var compiler = new[] { "gcc", "clang" }.FirstOrDefault(Tool.Exists);
        Assert.SkipWhen(compiler is null, "comparing with the C headers needs gcc or clang");
        Assert.SkipUnless(File.Exists("/usr/include/linux/rtnetlink.h") && File.Exists("/usr/include/stdio.h"),
            "comparing with the C headers needs linux-libc-dev and libc6-dev");
        return Tool.Try(compiler!, ["-x", "c", "-std=gnu11", "-fsyntax-only", "-"], program).Error;
    }
}
