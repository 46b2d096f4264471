using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter.Doctor.Firewall;

/// <summary>
/// The first packet of a new connection that the host would forward. Its protocol, its ports and its mark stand for any.
/// </summary>
/// <param name="Input">The link that it comes from.</param>
/// <param name="Output">The link that it leaves over.</param>
/// <param name="Source">Its sender.</param>
/// <param name="Destination">Its receiver, after address translation.</param>
/// <param name="IsTranslated">A published port has sent it there (DNAT).</param>
internal sealed record Packet(string Input, string Output, IPAddress Source, IPAddress Destination, bool IsTranslated)
{
    public bool IsIPv6 => Source.AddressFamily == AddressFamily.InterNetworkV6;
}

/// <summary>What becomes of a packet.</summary>
internal enum Passage
{
    Accepted,

    /// <summary>Accepted, unless a rule drops it whose further conditions are not understood.</summary>
    MaybeAccepted,

    /// <summary>Dropped or rejected.</summary>
    Dropped,

    /// <summary>Dropped, unless a rule accepts it whose further conditions are not understood.</summary>
    MaybeDropped,
}
