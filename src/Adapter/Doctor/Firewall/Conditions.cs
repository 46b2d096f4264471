using System.Net;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>The conditions of rules that both formats have.</summary>
internal static class Conditions
{
    public static Func<Packet, bool?> Unknown { get; } = _ => null;

    /// <param name="name">A link's name; "+" or "*" at its end stands for any rest.</param>
    /// <param name="link">The packet's link.</param>
    /// <param name="negated">The rule is about all others.</param>
    public static Func<Packet, bool?> Link(string name, Func<Packet, string> link, bool negated) =>
        packet => (name is [.. var start, '+' or '*'] ? link(packet).StartsWith(start, StringComparison.Ordinal) : link(packet) == name)
            != negated;

    /// <param name="subnet">An address or a subnet.</param>
    /// <param name="address">The packet's address.</param>
    /// <param name="negated">The rule is about all others.</param>
    public static Func<Packet, bool?> Address(string subnet, Func<Packet, IPAddress> address, bool negated)
    {
        if (IPAddress.TryParse(subnet, out var one))
            return packet => address(packet).Equals(one) != negated;

        return IPNetwork.TryParse(subnet, out var network) ? packet => network.Contains(address(packet)) != negated : Unknown;
    }

    /// <param name="states">As in <c>RELATED,ESTABLISHED</c> or <c>DNAT</c>, in any case. The packet is new.</param>
    /// <param name="negated">The rule is about all others.</param>
    public static Func<Packet, bool?> State(IReadOnlyCollection<string> states, bool negated) => packet =>
        states.Any(state => state.ToUpperInvariant() is "NEW" || (state.ToUpperInvariant() is "DNAT" && packet.IsTranslated)) != negated;
}
