using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.TestHosts.Tracing;

/// <summary>Counts of a trace. Programs are those of every traced process, the rest is of the traced process itself.</summary>
/// <param name="Programs">What was executed, in order: plugins, and what they execute.</param>
/// <param name="Syncs">fsync and fdatasync.</param>
/// <param name="Moves">Links that were moved to another network namespace, or made in one.</param>
/// <param name="NetlinkRequests">Messages to the kernel, moves among them.</param>
/// <param name="NetlinkBytes">What the kernel answered and reported; 0 where answers were not traced.</param>
public sealed partial record SystemCallCounts(
    IReadOnlyList<string> Programs, IReadOnlyList<string> Syncs, IReadOnlyList<string> Moves, IReadOnlyList<string> NetlinkRequests,
    long NetlinkBytes)
{
    private const int LinkHeader = 16; // struct ifinfomsg.
    private const int AttributeHeader = 4; // struct rtattr.
    private const int AttributeType = 0x3fff; // NLA_TYPE_MASK.
    private static readonly int[] NamespaceAttributes = [19, 28]; // IFLA_NET_NS_PID, IFLA_NET_NS_FD.

    /// <param name="lines">Of <c>strace -f -yy -o</c>.</param>
    internal static SystemCallCounts Of(IReadOnlyList<string> lines)
    {
        var calls = lines.Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => (Pid: Number(match.Groups[1].ValueSpan), Text: match.Groups[2].Value)).ToArray();
        var others = OtherProcesses(calls);
        var ownCalls = calls.Where(call => !others.Contains(call.Pid)).ToArray();
        var own = ownCalls.Select(call => call.Text).ToArray();
        var requests = own.Where(text => Sends().IsMatch(text)).ToArray();
        return new(
            Executed(calls),
            [.. own.Where(text => Synchronizes().IsMatch(text))],
            [.. requests.Where(MovesLink)],
            [.. requests],
            Received(ownCalls));
    }

    /// <summary>For the report of a failure.</summary>
    public override string ToString() => string.Join(
        '\n', [.. Part(nameof(Programs), Programs), .. Part(nameof(Syncs), Syncs.Select(call => Path().Match(call).Value)),
            .. Part(nameof(Moves), Moves), .. Part(nameof(NetlinkRequests), NetlinkRequests.Select(call => Type().Match(call).Value))]);

    private static IEnumerable<string> Part(string name, IEnumerable<string> calls) =>
        calls.GroupBy(call => call).Select(group => $"  {group.Count()} × {group.Key}").Prepend($"{name}: {calls.Count()}");

    // One that fails was the search for a program. A call in which another thread interferes is two lines.
    private static string[] Executed((int Pid, string Text)[] calls)
    {
        var programs = new List<string>();
        var begun = new Dictionary<int, string>();
        foreach (var (pid, text) in calls)
        {
            if (Executes().Match(text) is { Success: true } begin)
                begun[pid] = begin.Groups[1].Value;

            if ((begun.ContainsKey(pid) && text.StartsWith("execve(", StringComparison.Ordinal)) || text.Contains("execve resumed>"))
            {
                if (text.EndsWith("= 0", StringComparison.Ordinal))
                    programs.Add(begun[pid]);
            }
        }

        return [.. programs];
    }

    private static long Received((int Pid, string Text)[] calls)
    {
        var sum = 0L;
        var begun = new HashSet<int>();
        foreach (var (pid, text) in calls)
        {
            var begins = Receives().IsMatch(text);
            if (begins && text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                begun.Add(pid);
            else if ((begins || (text.Contains("recvfrom resumed>") && begun.Remove(pid)))
                && Length().Match(text) is { Success: true } length)
            {
                sum += long.Parse(length.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }
        }

        return sum;
    }

    // A new thread shares the process of the one that makes it; what else is made is another process, and so are its children.
    private static HashSet<int> OtherProcesses((int Pid, string Text)[] calls)
    {
        var parents = new Dictionary<int, (int Pid, bool IsThread)>();
        var begun = new Dictionary<int, bool>();
        foreach (var (pid, text) in calls.Where(call => Makes().IsMatch(call.Text)))
        {
            if (!text.StartsWith('<'))
                begun[pid] = text.Contains("CLONE_THREAD", StringComparison.Ordinal);

            if (Child().Match(text) is { Success: true } child)
                parents[Number(child.Groups.Values.Last(group => group.Success).ValueSpan)] = (pid, begun.GetValueOrDefault(pid));
        }

        return [.. parents.Keys.Where(IsOther)];

        bool IsOther(int pid) => parents.TryGetValue(pid, out var parent) && (!parent.IsThread || IsOther(parent.Pid));
    }

    // strace does not decode messages of a socket in another network namespace. What follows the header is a C string.
    private static bool MovesLink(string call)
    {
        if (LinkMessage().Match(call) is not { Success: true } message)
            return false;

        var payload = Bytes(message.Groups[1].Value);
        for (var at = LinkHeader; at + AttributeHeader <= payload.Length;)
        {
            var length = payload[at] | (payload[at + 1] << 8);
            if (NamespaceAttributes.Contains((payload[at + 2] | (payload[at + 3] << 8)) & AttributeType) || length < AttributeHeader)
                return length >= AttributeHeader;

            at += (length + 3) & ~3; // rtnetlink(7): attributes are aligned to four bytes.
        }

        return false;
    }

    private static byte[] Bytes(string text) =>
        [.. Escapes().Matches(text).Select(match => match.Groups[1].Success
            ? byte.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : (byte)match.Value[^1])];

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, CultureInfo.InvariantCulture);

    // RTM_NEWLINK and RTM_SETLINK.
    [GeneratedRegex("nlmsg_type=(?:0x10|0x13) .*?\\}, \"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex LinkMessage();

    [GeneratedRegex("\\\\x([0-9a-f]{2})|\\\\.|.")]
    private static partial Regex Escapes();

    [GeneratedRegex("^f(data)?sync\\(")]
    private static partial Regex Synchronizes();

    [GeneratedRegex("^send(to|msg)\\([0-9]+<NETLINK:")]
    private static partial Regex Sends();

    [GeneratedRegex("^recvfrom\\([0-9]+<NETLINK:")]
    private static partial Regex Receives();

    [GeneratedRegex("= ([0-9]+)$")]
    private static partial Regex Length();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Path();

    [GeneratedRegex("nlmsg_type=[0-9a-zA-Z_]+")]
    private static partial Regex Type();

    [GeneratedRegex("^([0-9]+) +(.+)$")]
    private static partial Regex Line();

    [GeneratedRegex("^execve\\(\"([^\"]*)\"")]
    private static partial Regex Executes();

    [GeneratedRegex("^(<\\.\\.\\. )?(clone3?|v?fork)[( ]")]
    private static partial Regex Makes();

    [GeneratedRegex("= [0-9]+ .*?([0-9]+) in strace's PID NS|= ([0-9]+)$")]
    private static partial Regex Child();
}
