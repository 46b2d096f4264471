using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Sandboxes.Native;
using CniInvoker;
using static Bridge.Adapter.Sandboxes.Native.Rtnetlink;

namespace Bridge.Adapter.Sandboxes.Netlink;

internal sealed partial class RouteNetlink
{
    private const uint NoLimit = uint.MaxValue;

    /// <summary>
    /// All rules except the kernel's own (FRA_PROTOCOL RTPROT_KERNEL): the three of every namespace and that of VRF devices.
    /// </summary>
    public IReadOnlyList<RoutingRule> Rules() => [.. Rules(isIPv6: false), .. Rules(isIPv6: true)];

    /// <summary>Adds a rule. Does nothing if it exists.</summary>
    public void AddRule(RoutingRule rule) =>
        Execute(Describe(RTM_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, rule), $"add rule {rule} in {place}", Errno.EEXIST);

    /// <summary>Removes a rule. Does nothing if it does not exist.</summary>
    public void RemoveRule(RoutingRule rule) =>
        Execute(Describe(RTM_DELRULE, NLM_F_ACK, rule), $"remove rule {rule} in {place}", Errno.ENOENT);

    private IEnumerable<RoutingRule> Rules(bool isIPv6)
    {
        var request = NetlinkMessage.Create(RTM_GETRULE, NLM_F_DUMP, new FibRuleHdr { family = ToKernel(isIPv6) });
        try
        {
            return socket.Dump(request, $"list the rules of {place}")
                .Where(answer => answer.Header<FibRuleHdr>().family == ToKernel(isIPv6))
                .Select(answer => ToRule(answer, isIPv6))
                .OfType<RoutingRule>();
        }
        catch (KernelException absent) when (absent.Errno == Errno.EAFNOSUPPORT)
        {
            return []; // A kernel without IPv6.
        }
    }

    private static NetlinkMessage Describe(ushort type, ushort flags, RoutingRule rule)
    {
        var (from, fromLength) = rule.From is null ? ([], (byte)0) : Prefix(rule.From);
        var (to, toLength) = rule.To is null ? ([], (byte)0) : Prefix(rule.To);
        var header = new FibRuleHdr
        {
            family = ToKernel(rule.IsIPv6),
            dst_len = toLength,
            src_len = fromLength,
            tos = (byte)rule.TypeOfService,
            table = rule.Table <= byte.MaxValue ? (byte)rule.Table : RT_TABLE_UNSPEC,
            action = (byte)rule.Action,
            flags = rule.Inverted ? FIB_RULE_INVERT : 0,
        };
        var message = NetlinkMessage.Create(type, flags, header).Add(FRA_TABLE, rule.Table).Add(FRA_PRIORITY, rule.Priority);
        if (fromLength > 0)
            message.Add(FRA_SRC, from);

        if (toLength > 0)
            message.Add(FRA_DST, to);

        if (rule.InputInterface is { } input)
            message.Add(FRA_IIFNAME, input);

        if (rule.OutputInterface is { } output)
            message.Add(FRA_OIFNAME, output);

        Add(message, rule.OtherAttributes);
        return message;
    }

    private static RoutingRule? ToRule(NetlinkAnswer answer, bool isIPv6)
    {
        ref readonly var header = ref answer.Header<FibRuleHdr>();
        var rule = new RoutingRule(isIPv6, 0)
        {
            Action = header.action,
            Table = header.table,
            Inverted = (header.flags & FIB_RULE_INVERT) != 0,
            TypeOfService = header.tos,
        };
        foreach (var attribute in answer.Attributes<FibRuleHdr>())
        {
            switch (attribute.Type)
            {
                case FRA_PROTOCOL when attribute.Byte == RTPROT_KERNEL:
                    return null;
                case FRA_SUPPRESS_PREFIXLEN or FRA_SUPPRESS_IFGROUP when attribute.UInt32 == NoLimit:
                case FRA_PAD:
                    break;
                case FRA_SRC:
                    rule = rule with { From = $"{attribute.Address}/{header.src_len}" };
                    break;
                case FRA_DST:
                    rule = rule with { To = $"{attribute.Address}/{header.dst_len}" };
                    break;
                default:
                    rule = With(rule, attribute);
                    break;
            }
        }

        return rule;
    }

    private static RoutingRule With(RoutingRule rule, NetlinkAttribute attribute) => attribute.Type switch
    {
        FRA_PRIORITY => rule with { Priority = attribute.UInt32 },
        FRA_TABLE => rule with { Table = attribute.Int32 },
        FRA_IIFNAME => rule with { InputInterface = attribute.Text },
        FRA_OIFNAME => rule with { OutputInterface = attribute.Text },
        _ => rule with { OtherAttributes = [.. rule.OtherAttributes, Verbatim(attribute)] },
    };
}
